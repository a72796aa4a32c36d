import { isTerminal, type LoggedEvent, type StartEvent, type TurnEvent } from '../events.ts'
import type { VoicedEvent, VoiceOptions, VoiceProgress, WarningEvent } from '../speech.ts'
import type { Narrated, Narration } from './narration.ts'

export interface NarratedAnswer {
  readonly events: AsyncIterable<LoggedEvent>
  readonly narration: Narration
  /** Told who answers, before anything is spoken. */
  readonly onStart: (event: StartEvent) => void
  /** Told at the end how much was spoken, unless the reader left before. */
  readonly onEnd: (voice: VoiceProgress) => void
  /** What clients are told of the audio. */
  readonly sound: { readonly encoding: string; readonly sampleRate: number }
}

type Came =
  | { readonly kind: 'event'; readonly result: { readonly value: LoggedEvent } }
  | { readonly kind: 'audio'; readonly narrated: Narrated | undefined }

/** Puts the audio of an answer between its events. Text that is there always goes before audio that is there. */
export async function* voicedEvents(
  { events, narration, onStart, onEnd, sound }: NarratedAnswer,
  options: VoiceOptions,
): AsyncGenerator<VoicedEvent, void> {
  const { signal, after = NOTHING } = options
  const cancel = (): void => narration.cancel()
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const take = (entry: LoggedEvent): VoicedEvent | undefined => {
    if (entry.event.type === 'start') onStart(entry.event)
    follow(entry.event, narration)
    if (isTerminal(entry.event)) return undefined
    if (entry.seq > after.seq) return teller.tell(entry)
    teller.pass(entry)
    return undefined
  }
  const both = new TextAndAudio(events, () => narrate(narration, options.caughtUp))
  const teller = new Teller(after, sound)
  try {
    for (let came = await both.next(); came; came = await both.next()) {
      const told = came.kind === 'audio' ? teller.tellAudio(came.narrated) : take(came.result.value)
      if (told) yield told
    }
    if (!both.last) return
    onEnd(teller.voice)
    yield teller.tell(both.last)
  } finally {
    signal.removeEventListener('abort', cancel)
    narration.cancel()
    both.leave()
  }
}

const NOTHING = { seq: 0, chunks: 0 } as const

/** What comes next of an answer: an event or audio, whichever is first, until both are over. */
class TextAndAudio {
  readonly #source: AsyncIterator<LoggedEvent>
  readonly #narrate: () => Promise<Narrated | undefined>
  #text: Promise<Came | undefined> | undefined
  #audio: Promise<Came> | undefined
  /** The terminal event, which is told when there is no more audio. */
  last: LoggedEvent | undefined

  constructor(events: AsyncIterable<LoggedEvent>, narrate: () => Promise<Narrated | undefined>) {
    this.#source = events[Symbol.asyncIterator]()
    this.#narrate = narrate
    this.#text = this.#readText()
    this.#audio = this.#readAudio()
  }

  /** Undefined at the end, and when the events end without a terminal one. */
  async next(): Promise<Came | undefined> {
    const open = [this.#text, this.#audio].filter((one) => one !== undefined)
    if (open.length === 0) return undefined
    const came = await Promise.race(open)
    if (came?.kind === 'audio') this.#audio = came.narrated && this.#readAudio()
    else if (came) this.#goOn(came.result.value)
    return came
  }

  leave(): void {
    // Not waited for: it ends with the next event of the turn.
    void this.#source.return?.().catch(() => undefined)
  }

  #goOn(entry: LoggedEvent): void {
    this.last = isTerminal(entry.event) ? entry : undefined
    this.#text = this.last ? undefined : this.#readText()
  }

  #readText(): Promise<Came | undefined> {
    const read = this.#source
      .next()
      .then((result) => (result.done ? undefined : ({ kind: 'event', result } as const)))
    // Whether it failed is asked when it is its turn.
    read.catch(() => undefined)
    return read
  }

  async #readAudio(): Promise<Came> {
    return { kind: 'audio', narrated: await this.#narrate() }
  }
}

/** What comes next, when the reader has taken what was sent before. */
async function narrate(
  narration: Narration,
  caughtUp: VoiceOptions['caughtUp'],
): Promise<Narrated | undefined> {
  const narrated = await narration.next()
  if (!caughtUp || !narrated || 'problem' in narrated) return narrated
  await Promise.race([caughtUp(), narration.whenOver])
  return narration.isOver ? await narration.next() : narrated
}

/** Hands the text over; an answer that failed or was stopped is not spoken to its end. */
function follow(event: TurnEvent, narration: Narration): void {
  if (event.type === 'text-delta') narration.push(event.text)
  else if (event.type === 'replace') narration.replace(event.text)
  else if (event.type === 'error' || (event.type === 'end' && event.reason === 'stopped')) narration.cancel()
  else if (event.type === 'end') narration.end()
}

/** Says how far the voice is with every event. */
class Teller {
  readonly #sound: NarratedAnswer['sound']
  /** Where the reader stands: behind all that was told, and behind all that it had. */
  #seq: number
  #startedAt = Number.NaN
  voice: VoiceProgress

  constructor({ seq, chunks }: NonNullable<VoiceOptions['after']>, sound: NarratedAnswer['sound']) {
    this.#sound = sound
    this.#seq = seq
    this.voice = { chunks, firstAudioMs: null }
  }

  /** An event that the reader has. */
  pass({ seq, event }: LoggedEvent): void {
    this.#seq = Math.max(this.#seq, seq)
    if (event.type === 'start') this.#startedAt = Date.parse(event.startedAt)
  }

  tell(entry: LoggedEvent): VoicedEvent {
    this.pass(entry)
    return { ...entry, voice: this.voice }
  }

  tellAudio(narrated: Narrated | undefined): VoicedEvent | undefined {
    return narrated && { seq: this.#seq, event: this.#toEvent(narrated), voice: this.voice }
  }

  #toEvent(narrated: Narrated): TurnEvent | WarningEvent {
    if ('problem' in narrated) return { type: 'warning', message: narrated.problem.message }
    const { sequence, bytes } = narrated
    const { chunks, firstAudioMs } = this.voice
    this.voice = {
      chunks: chunks + 1,
      firstAudioMs: firstAudioMs ?? (sequence === 0 ? Math.max(0, Date.now() - this.#startedAt) : null),
    }
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    return { type: 'audio', sequence, chunk, ...this.#sound }
  }
}
