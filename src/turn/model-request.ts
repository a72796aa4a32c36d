import type { Message, Passage, ToolSpec } from '../messages.ts'
import type { ModelRequest } from '../models/model.ts'
import type { TurnInput } from './turn.ts'

/** Where a turn stands when it asks its model. */
export interface AskedStep {
  readonly messages: readonly Message[]
  /** What the knowledge gave; undefined when nothing was looked for. */
  readonly passages: readonly Passage[] | undefined
  /** The text of the message to answer. */
  readonly text: string | undefined
  readonly withTools: boolean
}

/** What a model is asked in one step of a turn. */
export function toModelRequest(input: TurnInput, step: AskedStep): ModelRequest {
  const { bot, callerInstructions, sampling, origin } = input
  const temperature = sampling.temperature ?? bot.temperature
  const maxOutputTokens = sampling.maxOutputTokens ?? bot.maxOutputTokens
  return {
    instructions: callerInstructions ? `${bot.instructions}\n\n${callerInstructions}` : bot.instructions,
    messages: step.messages,
    tools: step.withTools ? [...bot.tools, ...callerToolsOf(input)] : [],
    ...found(input, step),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(sampling.stopSequences && { stopSequences: sampling.stopSequences }),
    ...(origin && { origin }),
  }
}

/** What the knowledge gave, with the bare question where the message says more than that. */
function found(
  { question }: TurnInput,
  { passages, text }: AskedStep,
): Pick<ModelRequest, 'passages' | 'question'> {
  if (!passages) return {}
  return { passages, ...(question !== undefined && question !== text && { question }) }
}

/** The tools that the caller runs; they cannot take the place of a bot's own. */
export function callerToolsOf({ bot, callerTools }: TurnInput): readonly ToolSpec[] {
  return callerTools.filter(({ name }) => !bot.tools.some((own) => own.name === name))
}
