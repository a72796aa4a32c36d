import { createHash } from 'node:crypto'
import type { Model, ModelPart, ModelRequest } from './model.ts'

/** Where answers are kept: bytes under a name that says all they were made of. */
export interface AnswerMemory {
  get(key: string): Promise<Uint8Array | undefined>
  set(key: string, bytes: Uint8Array, lifetimeMs: number): Promise<void>
}

export interface RememberingOptions {
  readonly memory: AnswerMemory
  readonly lifetimeMs: number
  /** The revision of the bot that asks. */
  readonly revision: string
  readonly counters: { hits: number; misses: number }
}

/**
 * A model that gives the same answer to the same request for a while. The same is all that the model is told: bot and
 * revision, the conversation so far, the question but for its spaces, and the passages found for this person, so that
 * documents that come or go, and what others may read, make it another request. Answers with tools are not kept, as
 * tools act; nor are those that were cut, refused or left before their end.
 */
export function createRememberingModel(model: Model, options: RememberingOptions): Model {
  return {
    id: model.id,
    stream: (request, run) =>
      isKept(model, request) ? answer(model, request, { ...options, ...run }) : model.stream(request, run),
  }
}

/** Bots of Poe are paid for by whoever asks, and may know them. */
function isKept(model: Model, { tools, messages }: ModelRequest): boolean {
  return tools.length === 0 && !model.id.startsWith('poe/') && messages.at(-1)?.role === 'user'
}

async function* answer(
  model: Model,
  request: ModelRequest,
  { memory, lifetimeMs, revision, counters, signal }: RememberingOptions & { readonly signal: AbortSignal },
): AsyncGenerator<ModelPart, void> {
  const key = `answer:${nameOf(request, [revision, model.id])}`
  const known = await memory.get(key)
  counters[known ? 'hits' : 'misses']++
  if (known) return yield* JSON.parse(new TextDecoder().decode(known)) as readonly ModelPart[]
  const said: ModelPart[] = []
  for await (const part of model.stream(request, { signal })) {
    add(said, part)
    yield part
  }
  const end = said.at(-1)
  if (end?.type !== 'finish' || end.reason !== 'stop') return
  const free: ModelPart = { ...end, usage: { inputTokens: 0, outputTokens: 0 } }
  await memory.set(key, new TextEncoder().encode(JSON.stringify([...said.slice(0, -1), free])), lifetimeMs)
}

/** Pieces of text that follow one another are kept as one. */
function add(parts: ModelPart[], part: ModelPart): void {
  const last = parts.at(-1)
  if (last?.type === 'text' && part.type === 'text')
    parts[parts.length - 1] = { type: 'text', text: last.text + part.text }
  else parts.push(part)
}

function nameOf(request: ModelRequest, of: readonly string[]): string {
  const { question, messages, ...rest } = { ...request, origin: undefined }
  const last = messages.at(-1)
  const asked = last && 'text' in last ? { ...last, text: squeeze(last.text) } : last
  const whole = [of, rest, question === undefined ? null : squeeze(question), messages.slice(0, -1), asked]
  return createHash('sha256').update(JSON.stringify(whole)).digest('base64url')
}

function squeeze(text: string): string {
  return text.normalize('NFC').trim().replaceAll(/\s+/g, ' ')
}
