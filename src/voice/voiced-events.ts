import { isTerminal, type LoggedEvent, type StartEvent, type TurnEvent } from '../events.ts'
import type { VoicedEvent, VoiceOptions, VoiceProgress, WarningEvent } from '../speech.ts'
import type { Narrated, Narration } from './narration.ts'

export interface NarratedAnswer {
  readonly events: AsyncIterable<LoggedEvent>
  readonly narration: Narration
  /** Told who answers, before anything is spoken. */
  readonly onStart: (event: StartEvent) => void
  /** What clients are told of the audio. */
  readonly sound: { readonly encoding: string; readonly sampleRate: number }
}

type Came =
  | { readonly kind: 'event'; readonly result: IteratorResult<LoggedEvent, unknown> }
  | { readonly kind: 'audio'; readonly narrated: Narrated | undefined }

/** Puts the audio of an answer between its events. Text that is there always goes before audio that is there. */
export async function* voicedEvents(
  { events, narration, onStart, sound }: NarratedAnswer,
  { signal, after, caughtUp }: VoiceOptions,
): AsyncGenerator<VoicedEvent, void> {
  const cancel = (): void => narration.cancel()
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const source = events[Symbol.asyncIterator]()
  const readText = (): Promise<Came> => {
    const read = source.next().then((result) => ({ kind: 'event', result }) as const)
    // Whether it failed is asked when it is its turn.
    read.catch(() => undefined)
    return read
  }
  const readAudio = async (): Promise<Came> => ({
    kind: 'audio',
    narrated: await narrate(narration, caughtUp),
  })
  const teller = new Teller(after?.chunks ?? 0, sound)
  let text: Promise<Came> | undefined = readText()
  let audio: Promise<Came> | undefined = readAudio()
  let last: LoggedEvent | undefined
  try {
    while (text ?? audio) {
      const came: Came = await Promise.race([text, audio].filter((one) => one !== undefined))
      if (came.kind === 'audio') {
        audio = came.narrated && readAudio()
        if (came.narrated) yield teller.tellAudio(came.narrated)
        continue
      }
      if (came.result.done) return
      const value: LoggedEvent = came.result.value
      if (value.event.type === 'start') onStart(value.event)
      follow(value.event, narration)
      if (isTerminal(value.event)) last = value
      text = last ? undefined : readText()
      if (!last && value.seq > (after?.seq ?? 0)) yield teller.tell(value)
      else if (!last) teller.pass(value)
    }
    if (last) yield teller.tell(last)
  } finally {
    signal.removeEventListener('abort', cancel)
    narration.cancel()
    // Not waited for: it ends with the next event of the turn.
    void source.return?.().catch(() => undefined)
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
  #seq = 0
  #startedAt = Number.NaN
  #voice: VoiceProgress

  constructor(chunks: number, sound: NarratedAnswer['sound']) {
    this.#sound = sound
    this.#voice = { chunks, firstAudioMs: null }
  }

  /** An event that the reader has. */
  pass({ seq, event }: LoggedEvent): void {
    this.#seq = seq
    if (event.type === 'start') this.#startedAt = Date.parse(event.startedAt)
  }

  tell(entry: LoggedEvent): VoicedEvent {
    this.pass(entry)
    return { ...entry, voice: this.#voice }
  }

  tellAudio(narrated: Narrated): VoicedEvent {
    return { seq: this.#seq, event: this.#toEvent(narrated), voice: this.#voice }
  }

  #toEvent(narrated: Narrated): TurnEvent | WarningEvent {
    if ('problem' in narrated) return { type: 'warning', message: narrated.problem.message }
    const { sequence, bytes } = narrated
    const { chunks, firstAudioMs } = this.#voice
    this.#voice = {
      chunks: chunks + 1,
      firstAudioMs: firstAudioMs ?? (sequence === 0 ? Math.max(0, Date.now() - this.#startedAt) : null),
    }
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    return { type: 'audio', sequence, chunk, ...this.#sound }
  }
}
