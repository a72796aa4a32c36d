import type { TerminalEvent } from '../events.ts'
import type { TurnOutcome } from '../store/store.ts'
import type { ToolUse, TurnFacts } from './turn-facts.ts'
import type { TurnInput } from './turn.ts'

/** What is known of a turn when it has ended: its row of facts, one log line, its part in the metrics. */
export interface TurnReport {
  readonly turnId: string
  readonly bot: string
  readonly channel: string
  readonly revision: string
  /** Provider and model. */
  readonly model: string
  readonly outcome: TurnOutcome
  readonly errorCode: string | null
  readonly firstTokenMs: number | null
  readonly firstAudioMs: number | null
  readonly durationMs: number
  /** How long the message waited before its turn; null when it did not wait in a lane. */
  readonly queueMs: number | null
  /** How long the search in the bot's knowledge took; null when there was none. */
  readonly searchMs: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  readonly words: number
  readonly audioChunks: number
  /** The calls of tools that were run here, with the time of each; `unknown` for names that no tool of the bot has. */
  readonly tools: readonly ToolUse[]
}

export interface ReportContext {
  readonly input: TurnInput
  readonly facts: TurnFacts
  readonly channel: string
  readonly queueMs: number | null
}

export function toReport(last: TerminalEvent, { input, facts, channel, queueMs }: ReportContext): TurnReport {
  const known = new Set(input.bot.tools.map(({ name }) => name))
  return {
    turnId: input.turnId,
    bot: input.bot.name,
    channel,
    revision: input.revision,
    model: input.model.id,
    outcome: toOutcome(last),
    errorCode: last.type === 'error' ? last.code : null,
    firstTokenMs: facts.firstTokenMs,
    firstAudioMs: facts.firstAudioMs,
    durationMs: facts.elapsedMs,
    queueMs,
    searchMs: facts.searchMs,
    inputTokens: facts.inputTokens,
    outputTokens: facts.outputTokens,
    words: last.type === 'end' ? last.wordCount : facts.words,
    audioChunks: facts.audioChunks,
    tools: facts.tools.map((use) => (known.has(use.tool) ? use : { ...use, tool: 'unknown' })),
  }
}

function toOutcome(last: TerminalEvent): TurnOutcome {
  if (last.type === 'end') return last.reason === 'stopped' ? 'stopped' : 'completed'
  return last.code === 'interrupted' ? 'interrupted' : 'failed'
}
