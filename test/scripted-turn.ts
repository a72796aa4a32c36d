import { defineBot, type BotDefinition } from '../src/bot.ts'
import type { TerminalEvent, TurnEvent } from '../src/events.ts'
import { runTurn } from '../src/turn/run-turn.ts'
import { TurnFacts } from '../src/turn/turn-facts.ts'
import type { TurnInput, TurnProblem } from '../src/turn/turn.ts'
import type { ScriptedModel } from './scripted-model.ts'
import { toolContext } from './tool-context.ts'

export interface ScriptedTurn {
  readonly model: ScriptedModel
  readonly bot?: Partial<BotDefinition>
  readonly input?: Partial<TurnInput>
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TurnEvent) => void
}

export interface TurnRun {
  /** All but the last one. */
  readonly events: readonly TurnEvent[]
  readonly last: TerminalEvent
  readonly types: readonly string[]
  readonly facts: TurnFacts
  readonly problems: readonly TurnProblem[]
}

/** Runs one turn of the engine without store or server: ada says hello to a bot that is brief. */
export async function runScriptedTurn({
  model,
  bot,
  input,
  signal,
  onEvent,
}: ScriptedTurn): Promise<TurnRun> {
  const events: TurnEvent[] = []
  const problems: TurnProblem[] = []
  const facts = new TurnFacts(performance.now())
  const last = await runTurn(
    {
      turnId: 't',
      conversationId: 'c',
      subject: 'ada',
      services: toolContext().services,
      bot: defineBot({ name: 'test', instructions: 'Be brief.', ...bot }),
      revision: 'r',
      model,
      messages: [{ role: 'user', text: 'Hello' }],
      callerTools: [],
      sampling: {},
      retries: 2,
      startedAt: { date: new Date(0), tick: performance.now() },
      onProblem: (problem) => problems.push(problem),
      ...input,
    },
    {
      signal: signal ?? new AbortController().signal,
      facts,
      emit: (event) => {
        events.push(event)
        onEvent?.(event)
      },
    },
  )
  return { events, last, facts, problems, types: [...events, last].map(({ type }) => type) }
}
