import { Agent, request, type IncomingMessage } from 'node:http'
import { FrameReader } from './sse-frames.ts'

/** What became of one stream; times in milliseconds. */
export interface StreamRecord {
  /** From the request to the first piece of text. */
  readonly firstTextMs: number | undefined
  /** From the piece of text that ends the first sentence to its audio. */
  readonly firstAudioMs: number | undefined
  /** Sentences that came as audio. */
  readonly chunks: number
  /** It ended with `complete`, and its text with a full stop. */
  readonly whole: boolean
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

/** Asks once and reads the answer to its end. */
export async function openStream(
  url: string,
  { sessionId, spoken }: { readonly sessionId: string; readonly spoken: boolean },
): Promise<StreamRecord> {
  const body = JSON.stringify({
    query: 'Tell me something.',
    chatbotId: 'bench',
    sessionId,
    enableTTS: spoken,
  })
  const begun = performance.now()
  const response = await post(`${url}/api/chat/query/stream`, body)
  const frames = new FrameReader()
  let firstTextMs: number | undefined
  let sentenceAt: number | undefined
  let firstAudioMs: number | undefined
  let chunks = 0
  let last = ''
  let complete = false
  for await (const piece of response) {
    const now = performance.now()
    for (const { event, data } of frames.read(piece as Buffer)) {
      if (event === 'text') {
        last = (JSON.parse(data) as { readonly content: string }).content
        firstTextMs ??= now - begun
        sentenceAt ??= /[.]\s*$/.test(last) ? now : undefined
      } else if (event === 'audio') {
        chunks++
        firstAudioMs ??= now - (sentenceAt ?? now)
      } else if (event === 'complete') complete = true
    }
  }
  return { firstTextMs, firstAudioMs, chunks, whole: complete && last.trimEnd().endsWith('.') }
}

async function post(url: string, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const call = request(url, { method: 'POST', agent, headers }, resolve)
  call.on('error', reject)
  call.end(body)
  return promise
}
