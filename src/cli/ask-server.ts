import { readStream, type StreamEvent } from '../checks/stream/read-stream.ts'
import type { EndReason, TurnEvent } from '../events.ts'
import type { ChatQuestion } from './chat-partner.ts'

/** How long a server on this computer may take to say that it is there. */
const HERE_MS = 2_000

export async function serverAnswers(url: string): Promise<boolean> {
  const reply = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(HERE_MS) }).catch(() => undefined)
  return reply?.ok === true
}

/** Asks by the web API. Throws an error with the server's sentence when it refuses. */
export async function askServer(
  url: string,
  { bot, key, text, signal }: ChatQuestion,
): Promise<AsyncIterable<{ readonly event: TurnEvent }>> {
  const reply = await fetch(`${url}/api/chat/query/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: text, chatbotId: bot, sessionId: key }),
  })
  if (!reply.ok || !reply.body) {
    const { message } = (await reply.json().catch(() => ({}))) as { readonly message?: string }
    throw new Error(message ?? `The server answered with status ${reply.status}.`)
  }
  return toTurnEvents(readStream(reply.body), (streamId) => {
    const stop = (): void =>
      void fetch(`${url}/api/chat/streams/${streamId}/stop`, { method: 'POST' }).catch(() => undefined)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
}

async function* toTurnEvents(
  frames: AsyncIterable<StreamEvent>,
  onBegun: (streamId: string) => void,
): AsyncGenerator<{ readonly event: TurnEvent }, void> {
  for await (const { name, data } of frames) {
    if (name === 'connected' && typeof data['streamId'] === 'string') onBegun(data['streamId'])
    const event = toTurnEvent(name, data as unknown as Frame)
    if (event) yield { event }
  }
}

/** What the web channel's frames hold of the events they stand for. */
interface Frame {
  readonly content: string
  readonly callId: string
  readonly tool: string
  readonly status: 'started' | 'done' | 'failed'
  readonly durationMs: number
  readonly index: number
  readonly source: string
  readonly heading?: string
  readonly url?: string
  readonly items: readonly string[]
  readonly name: string
  readonly contentType: string
  readonly reason: EndReason
  readonly message: string
}

function toTurnEvent(name: string, data: Frame): TurnEvent | undefined {
  const { content: text, callId, tool, durationMs } = data
  switch (name) {
    case 'text':
      return { type: 'text-delta', text }
    case 'replace':
      return { type: 'replace', text }
    case 'tool':
      return data.status === 'started'
        ? { type: 'tool-call-start', callId, tool, input: '', external: false }
        : { type: 'tool-call-end', callId, tool, ok: data.status === 'done', output: '', durationMs }
    case 'citation':
      return { ...data, type: 'citation' }
    case 'suggestions':
      return { type: 'suggestions', items: data.items }
    case 'file':
      return { type: 'file', name: data.name, url: data.url ?? '', contentType: data.contentType }
    case 'complete':
      return {
        type: 'end',
        reason: data.reason,
        durationMs: 0,
        firstTokenMs: null,
        wordCount: 0,
        sentenceCount: 0,
      }
    case 'error':
      return { type: 'error', code: 'internal', message: data.message, retryable: false }
    default:
      return undefined
  }
}
