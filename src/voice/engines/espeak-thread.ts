import { workerData } from 'node:worker_threads'
import { resample } from '../audio/resample.ts'
import { serveThread } from '../audio/serve-thread.ts'
import { SAMPLE_RATE } from '../voice.ts'

export interface EspeakTask {
  readonly text: string
  /** Names of voices; the first that exists speaks. */
  readonly names: readonly string[]
  /** Words a minute. */
  readonly rate: number
}

/** The part of `@echogarden/espeak-ng-emscripten` 0.3 that is used. */
interface EspeakModule {
  readonly eSpeakNGWorker: new () => PromiseLike<EspeakWorker>
}

interface EspeakWorker {
  /** 0 when the voice exists. */
  set_voice(name: string): number
  set_rate(wordsPerMinute: number): void
  get_samplerate(): number
  /** Blocks; `take` gets the samples piece by piece and returns true to end it. */
  synthesize(text: string, take: (samples: Int16Array) => boolean): void
}

/** The main of the thread in which eSpeak NG speaks. The package is the user's own, so its place is told. */
const { default: load } = (await import(String(workerData))) as {
  readonly default: () => Promise<EspeakModule>
}
const espeak = await new (await load()).eSpeakNGWorker()
let current = ''

serveThread(async ({ text, names, rate }: EspeakTask): Promise<Uint8Array> => {
  chooseVoice(names)
  espeak.set_rate(rate)
  const parts: Int16Array[] = []
  let length = 0
  espeak.synthesize(text, (samples) => {
    parts.push(samples)
    length += samples.length
    return false
  })
  const whole = new Int16Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  const { buffer, byteOffset, byteLength } = resample(whole, espeak.get_samplerate(), SAMPLE_RATE)
  return new Uint8Array(buffer, byteOffset, byteLength)
})

function chooseVoice(names: readonly string[]): void {
  const wanted = names.join()
  if (wanted === current) return
  if (!names.some((name) => espeak.set_voice(name) === 0)) {
    current = ''
    throw new Error(`eSpeak NG has no voice ${names.join(' or ')}`)
  }
  current = wanted
}
