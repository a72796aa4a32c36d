import { setImmediate as nextTick, setTimeout as delay } from 'node:timers/promises'
import type { Model, ModelPart, ModelRequest, Usage } from './model.ts'
import type { Decision } from './offline/decide.ts'

export interface OfflineModelOptions {
  /** Milliseconds between words, for demonstrations of streaming. Default 0: as fast as it is read. */
  readonly paceMs?: number
  /** What "tomorrow" counts from. Default: the system's clock, in its time zone. */
  readonly now?: () => Date
}

/** About how many characters a token has. */
const TOKEN_CHARACTERS = 4

/** Words between two pauses for the rest of the process, when there is no pace. */
const WORDS_PER_BREATH = 64

/**
 * The model that needs nothing: no key, no network, the same answer to the same request. It recognises requests
 * that fit the tools it is given, answers from passages by quoting them, and says what it cannot do.
 */
export function createOfflineModel({ paceMs = 0, now = () => new Date() }: OfflineModelOptions = {}): Model {
  return {
    id: 'offline',
    async *stream(request, { signal }) {
      signal.throwIfAborted()
      const inputTokens = countInput(request)
      // Its vocabulary is large, and most servers have another model.
      const { decide } = await import('./offline/decide.ts')
      const decision = decide(request, now())
      if (decision.kind === 'calls') yield* streamCalls(decision, { request, inputTokens })
      else yield* streamAnswer(decision, { request, inputTokens, paceMs, signal })
    },
    warm: async () => {
      const { rehearse } = await import('./offline/rehearse.ts')
      await rehearse()
    },
  }
}

function* streamCalls(
  { calls }: Extract<Decision, { kind: 'calls' }>,
  { request, inputTokens }: { request: ModelRequest; inputTokens: number },
): Generator<ModelPart> {
  const earlier = request.messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []) : [],
  )
  let characters = 0
  for (const [index, { tool, input }] of calls.entries()) {
    const json = JSON.stringify(input)
    characters += tool.length + json.length
    yield { type: 'tool-call', callId: `call_${earlier.length + index + 1}`, tool, input: json }
  }
  yield { type: 'finish', reason: 'tool-calls', usage: toUsage(inputTokens, characters) }
}

async function* streamAnswer(
  { text, cited }: Extract<Decision, { kind: 'answer' }>,
  options: { request: ModelRequest; inputTokens: number; paceMs: number; signal: AbortSignal },
): AsyncGenerator<ModelPart> {
  const { request, inputTokens, paceMs, signal } = options
  const { said, reason } = cutAnswer(text, request)
  const waiting = new Set(cited)
  let count = 0
  // White space at the end has no word behind it, and would be searched for one from each of its characters.
  for (const [word] of said.trimEnd().matchAll(/\s*\S+/g)) {
    if (count > 0 && paceMs > 0) await delay(paceMs, undefined, { signal })
    else if (count % WORDS_PER_BREATH === WORDS_PER_BREATH - 1) await nextTick()
    signal.throwIfAborted()
    count += 1
    yield { type: 'text', text: word }
    for (const passage of waiting) {
      if (!word.includes(`[${passage + 1}]`)) continue
      waiting.delete(passage)
      yield { type: 'citation', passage }
    }
  }
  yield { type: 'finish', reason, usage: toUsage(inputTokens, said.length) }
}

/** Where a stop sequence or the limit of tokens ends the answer; a stop sequence itself is never said. */
function cutAnswer(
  text: string,
  { stopSequences = [], maxOutputTokens }: ModelRequest,
): { readonly said: string; readonly reason: 'stop' | 'length' } {
  const stops = stopSequences
    .map((stop) => (stop === '' ? -1 : text.indexOf(stop)))
    .filter((index) => index >= 0)
  const stopped = stops.length > 0 ? text.slice(0, Math.min(...stops)) : text
  const limit = maxOutputTokens === undefined ? Infinity : maxOutputTokens * TOKEN_CHARACTERS
  return stopped.length > limit
    ? { said: stopped.slice(0, limit), reason: 'length' }
    : { said: stopped, reason: 'stop' }
}

function countInput({ instructions, messages, tools, passages = [] }: ModelRequest): number {
  const said = messages.reduce(
    (sum, message) => sum + (message.role === 'tool' ? message.output : message.text).length,
    0,
  )
  const described = tools.length > 0 ? JSON.stringify(tools).length : 0
  const quoted = passages.reduce((sum, { text }) => sum + text.length, 0)
  return Math.ceil((instructions.length + said + described + quoted) / TOKEN_CHARACTERS)
}

function toUsage(inputTokens: number, outputCharacters: number): Usage {
  return { inputTokens, outputTokens: Math.ceil(outputCharacters / TOKEN_CHARACTERS) }
}
