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
  const reading = new StreamReading()
  const response = await post(`${url}/api/chat/query/stream`, body)
  for await (const piece of response) reading.take(piece as Buffer)
  return reading.toRecord()
}

const AUDIO = 'event: audio\n'
const FRAME_END = '\n\n'
/** Ids and the name of an event are shorter. */
const HEAD_BYTES = 120

/** Reads a stream at little cost: of audio, which is most of the bytes, only where it begins and ends. */
class StreamReading {
  readonly #begun = performance.now()
  readonly #frames = new FrameReader()
  #inAudio = false
  #endsWithBreak = false
  #firstTextMs: number | undefined
  #sentenceAt: number | undefined
  #firstAudioMs: number | undefined
  #chunks = 0
  #last = ''
  #complete = false

  take(piece: Buffer): void {
    const rest = this.#inAudio ? this.#skipAudio(piece) : piece
    if (rest.length > 0) this.#takeText(rest)
  }

  toRecord(): StreamRecord {
    return {
      firstTextMs: this.#firstTextMs,
      firstAudioMs: this.#firstAudioMs,
      chunks: this.#chunks,
      whole: this.#complete && this.#last.trimEnd().endsWith('.'),
    }
  }

  /** What follows the audio. */
  #skipAudio(piece: Buffer): Buffer {
    const split = this.#endsWithBreak && piece[0] === 10
    const end = split ? -1 : piece.indexOf(FRAME_END)
    this.#endsWithBreak = piece.at(-1) === 10
    if (!split && end === -1) return piece.subarray(piece.length)
    this.#inAudio = false
    this.#noteAudio()
    return piece.subarray(split ? 1 : end + FRAME_END.length)
  }

  #takeText(bytes: Buffer): void {
    const name = bytes.indexOf(AUDIO)
    const begin = name === -1 ? -1 : bytes.lastIndexOf(FRAME_END, name) + FRAME_END.length
    const text = name === -1 ? bytes : bytes.subarray(0, name < HEAD_BYTES ? 0 : begin)
    if (text.length > 0) for (const { event, data } of this.#frames.read(text)) this.#noteFrame(event, data)
    if (name === -1) return
    this.#inAudio = true
    this.#endsWithBreak = false
    this.take(bytes.subarray(name + AUDIO.length))
  }

  #noteAudio(): void {
    const now = performance.now()
    this.#chunks++
    this.#firstAudioMs ??= now - (this.#sentenceAt ?? now)
  }

  #noteFrame(event: string, data: string): void {
    if (event === 'complete') this.#complete = true
    // Its name was cut in two by the network.
    if (event === 'audio') this.#noteAudio()
    if (event !== 'text') return
    const now = performance.now()
    this.#last = (JSON.parse(data) as { readonly content: string }).content
    this.#firstTextMs ??= now - this.#begun
    if (/[.]\s*$/.test(this.#last)) this.#sentenceAt ??= now
  }
}

async function post(url: string, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const call = request(url, { method: 'POST', agent, headers }, resolve)
  call.on('error', reject)
  call.end(body)
  return promise
}
