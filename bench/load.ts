/**
 * The load client, in a process of its own: keeps N streams open against a relay and checks every answer to the
 * last byte. Started by `fork`; takes `LoadCommand`s, answers each with a `LoadReply`.
 */
import { randomUUID } from 'node:crypto'
import { Agent, request, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { longestAnswer, promptFor } from './answer.ts'
import { cpuMicros, rssBytes } from './measure.ts'
import type { LoadCommand, LoadReply, PhaseResult, PhaseTarget } from './phase.ts'
import { DATABASE_THREAD } from './pin.ts'
import { FrameReader, type Frame } from './sse-frames.ts'

/** What the last answers may take after the emulator has sent them all. */
const DRAIN_MS = 20_000
const KEPT_FAILURES = 5
const expected = longestAnswer()

interface Tally {
  tokens: number
  open: number
  readonly firstText: { readonly askedAt: number; readonly at: number }[]
  readonly complete: { readonly askedAt: number; readonly at: number }[]
  readonly failures: string[]
}

/** Compares what arrives with the answer, piece by piece. */
class AnswerCheck {
  readonly #tokens: number
  readonly #tally: Tally
  readonly #askedAt = performance.now()
  #length = 0
  #counted = 0
  #ended = false

  constructor(tokens: number, tally: Tally) {
    this.#tokens = tokens
    this.#tally = tally
  }

  take(frame: Frame): void {
    if (frame.event === 'text') this.#takeText((JSON.parse(frame.data) as { content: string }).content)
    if (frame.event === 'error') throw new Error(`the relay sent an error event: ${frame.data}`)
    if (frame.event === 'complete') this.#takeEnd()
  }

  /** Throws when the stream is over and the answer is not. */
  requireComplete(): void {
    if (!this.#ended) throw new Error(`the stream closed after ${this.#counted} of ${this.#tokens} tokens`)
    this.#tally.complete.push({ askedAt: this.#askedAt, at: performance.now() })
  }

  #takeText(piece: string): void {
    if (piece === '') return
    if (!expected.text.startsWith(piece, this.#length)) {
      throw new Error(`wrong text after ${this.#counted} tokens: ${JSON.stringify(piece.slice(0, 60))}`)
    }
    if (this.#length === 0) this.#tally.firstText.push({ askedAt: this.#askedAt, at: performance.now() })
    if (this.#length === 0) this.#tally.open += 1
    this.#length += piece.length
    while ((expected.ends[this.#counted] ?? Infinity) <= this.#length) {
      this.#counted += 1
      this.#tally.tokens += 1
    }
  }

  #takeEnd(): void {
    this.#ended = true
    this.#tally.open -= 1
    if (this.#length !== expected.ends[this.#tokens - 1]) {
      throw new Error(`complete after ${this.#counted} of ${this.#tokens} tokens`)
    }
  }
}

interface Ask {
  readonly tokens: number
  readonly paceMs: number
  readonly agent: Agent
}

async function post(url: string, body: string, agent: Agent): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'content-length': Buffer.byteLength(body),
  }
  request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body)
  return promise
}

/** One answer from the question to the last byte. */
async function ask(relayUrl: string, { tokens, paceMs, agent }: Ask, tally: Tally): Promise<void> {
  const check = new AnswerCheck(tokens, tally)
  const query = promptFor(tokens, paceMs)
  const body = JSON.stringify({ query, chatbotId: 'bench', sessionId: randomUUID() })
  const response = await post(`${relayUrl}/api/chat/query/stream`, body, agent)
  await readAnswer(response, check)
}

async function readAnswer(response: IncomingMessage, check: AnswerCheck): Promise<void> {
  if (response.statusCode !== 200) {
    const bytes = await response.toArray()
    throw new Error(`status ${response.statusCode}: ${Buffer.concat(bytes).toString().slice(0, 200)}`)
  }
  const frames = new FrameReader()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  response.on('error', reject).on('end', resolve)
  response.on('data', (chunk: Buffer) => {
    try {
      for (const frame of frames.read(chunk)) check.take(frame)
    } catch (error) {
      reject(error)
      response.destroy()
    }
  })
  await promise
  check.requireComplete()
}

/** Keeps one stream busy until `signal`; the first answer is shorter, so that the slots do not end in step. */
async function keepAsking(command: LoadCommand, slot: Slot): Promise<void> {
  const { phase, target } = command
  await delay((slot.index * phase.rampMs) / phase.streams)
  let tokens = 1 + Math.floor(phase.tokens * ((slot.index * 0.618) % 1))
  if (phase.paceMs === 0 || phase.tokens < 20) tokens = phase.tokens
  while (!slot.signal.aborted) {
    try {
      await ask(target.relayUrl, { tokens, paceMs: phase.paceMs, agent: slot.agent }, slot.tally)
    } catch (error) {
      slot.tally.failures.push(error instanceof Error ? error.message : String(error))
      return
    }
    tokens = phase.tokens
  }
}

interface Slot {
  readonly index: number
  readonly agent: Agent
  readonly tally: Tally
  readonly signal: AbortSignal
}

function sample(target: PhaseTarget, tally: Tally) {
  return {
    at: performance.now(),
    tokens: tally.tokens,
    relayMicros: cpuMicros(target.relayPid),
    databaseMicros: cpuMicros(target.relayPid, DATABASE_THREAD),
    harnessMicros: cpuMicros(target.emulatorPid) + cpuMicros(process.pid),
    rss: rssBytes(target.relayPid),
    open: tally.open,
  }
}

async function control(emulatorUrl: string, action: 'hurry' | 'pace'): Promise<void> {
  const response = await fetch(`${emulatorUrl}/${action}`, { method: 'POST' })
  await response.arrayBuffer()
}

/** Lets the open answers run out without pace; what then is still open is a failure. */
async function drain(slots: readonly Promise<void>[], emulatorUrl: string): Promise<string | undefined> {
  await control(emulatorUrl, 'hurry')
  const late = new AbortController()
  const everything = Promise.all(slots).then(() => undefined)
  const limit = delay(DRAIN_MS, `answers were open ${DRAIN_MS / 1_000} s after the upstream had said all`, {
    signal: late.signal,
  }).catch(() => undefined)
  const outcome = await Promise.race([everything, limit])
  late.abort()
  return outcome
}

async function runPhase(command: LoadCommand): Promise<PhaseResult> {
  const { phase, target } = command
  await control(target.emulatorUrl, 'pace')
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const tally: Tally = { tokens: 0, open: 0, firstText: [], complete: [], failures: [] }
  const stop = new AbortController()
  const rssBeforeBytes = rssBytes(target.relayPid)
  const slots = Array.from({ length: phase.streams }, (_, index) =>
    keepAsking(command, { index, agent, tally, signal: stop.signal }),
  )
  await delay(phase.rampMs)
  const from = sample(target, tally)
  await delay(phase.windowMs)
  const to = sample(target, tally)
  stop.abort()
  const stuck = await drain(slots, target.emulatorUrl)
  agent.destroy()
  if (stuck !== undefined) tally.failures.push(stuck)
  return { ...summarize(tally, from, to), rssBeforeBytes }
}

type Sample = ReturnType<typeof sample>

function summarize(tally: Tally, from: Sample, to: Sample): Omit<PhaseResult, 'rssBeforeBytes'> {
  const within = (at: number) => at >= from.at && at < to.at
  const windowMs = to.at - from.at
  return {
    windowMs,
    tokens: to.tokens - from.tokens,
    cpuMicros: to.relayMicros - from.relayMicros,
    databaseMicros: to.databaseMicros - from.databaseMicros,
    harnessBusy: (to.harnessMicros - from.harnessMicros) / 1_000 / windowMs,
    firstTextMs: tally.firstText.filter((mark) => within(mark.askedAt)).map((mark) => mark.at - mark.askedAt),
    completeMs: tally.complete.filter((mark) => within(mark.at)).map((mark) => mark.at - mark.askedAt),
    openStreams: to.open,
    rssBytes: to.rss,
    failures: tally.failures.slice(0, KEPT_FAILURES),
  }
}

process.on('message', (command: LoadCommand) => {
  const { id } = command
  const reply = (message: LoadReply): void => void process.send?.(message)
  runPhase(command).then(
    (result) => reply({ id, result }),
    (error: unknown) => reply({ id, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
