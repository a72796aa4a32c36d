import type { AnswerInCode, AnswerPiece, AskableModel, ModelQuestion } from '../answer.ts'
import { AppError } from '../errors.ts'
import type { Usage } from '../models/model.ts'
import type { ToolEmission } from '../tools/tool.ts'
import type { Message } from '../messages.ts'
import { startModel, toModelError } from './start-model.ts'
import type { TurnInput } from './turn.ts'

export interface RunAnswerOptions {
  readonly input: TurnInput
  /** The window of the conversation, the message to answer last. */
  readonly messages: readonly Message[]
  readonly signal: AbortSignal
  readonly say: (text: string) => void
  readonly emit: (event: ToolEmission) => void
  /** Told once for each answer of the model. */
  readonly onModelEnd: (usage: Usage) => void
  /** True when a limit of the bot ends the answer. */
  readonly isSpent: () => boolean
}

/** Has the bot answer in code. */
export async function runAnswer(answer: AnswerInCode, options: RunAnswerOptions): Promise<'stop' | 'limit'> {
  const { input, messages, signal } = options
  const last = messages.at(-1)
  const { subject, conversationId, turnId, services, origin } = input
  const pieces = answer(
    {
      text: input.question ?? (last?.role === 'user' ? last.text : ''),
      history: messages.slice(0, -1),
      language: input.language,
    },
    {
      subject,
      conversationId,
      turnId,
      services,
      ...(origin && { origin }),
      signal,
      model: toAskable(options),
    },
  )
  for await (const piece of pieces) {
    signal.throwIfAborted()
    tell(piece, options)
    if (options.isSpent()) return 'limit'
  }
  signal.throwIfAborted()
  return 'stop'
}

function tell(piece: AnswerPiece, { say, emit }: RunAnswerOptions): void {
  if (typeof piece !== 'string') return emit(piece)
  if (piece !== '') say(piece)
}

function toAskable(options: RunAnswerOptions): AskableModel {
  return { id: options.input.model.id, ask: (question) => ask(question, options) }
}

async function* ask(
  question: ModelQuestion,
  { input, signal, onModelEnd }: RunAnswerOptions,
): AsyncGenerator<string, void> {
  const { model, bot, startedAt, onProblem } = input
  const maxOutputTokens = question.maxOutputTokens ?? bot.maxOutputTokens
  const request = {
    instructions: question.instructions ?? bot.instructions,
    messages: [{ role: 'user', text: question.text } as const],
    tools: [],
    ...(bot.temperature !== undefined && { temperature: bot.temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(input.origin && { origin: input.origin }),
  }
  const retries = question.retries ?? input.retries
  const deadline = startedAt.tick + bot.limits.timeMs
  try {
    for await (const part of await startModel(model, request, { signal, retries, deadline, onProblem })) {
      if (part.type === 'text') yield part.text
      if (part.type !== 'finish') continue
      onModelEnd(part.usage)
      if (part.reason === 'refused') throw new AppError('model_refused')
    }
  } catch (error) {
    signal.throwIfAborted()
    const failure = toModelError(error)
    // The code may answer without it, and then nobody else would hear of it.
    onProblem({ what: 'model-failed', cause: failure })
    throw failure
  }
}
