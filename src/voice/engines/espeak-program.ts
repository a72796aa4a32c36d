import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { AppError } from '../../errors.ts'
import { resample } from '../audio/resample.ts'
import { fromWav } from '../audio/wav.ts'
import { SAMPLE_RATE, type SpeechEngine, type SpokenVoice } from '../voice.ts'
import { toEspeakVoice } from './espeak-voice.ts'

/** Behind everything that people wait for as text. */
const LOW_PRIORITY = 10
/** Processes at a time; each is a core's work for some 50 ms. */
const CONCURRENCY = 1

/** eSpeak NG as a program of the system, one process a sentence. */
export function createEspeakProgram(path: string): SpeechEngine {
  return {
    id: 'espeak',
    formats: ['pcm'],
    concurrency: CONCURRENCY,
    async *synthesize({ text, voice }, signal) {
      const { pcm, sampleRate } = await speak(path, { text, voice }, signal)
      const samples = new Int16Array(new Uint8Array(pcm).buffer)
      const { buffer, byteOffset, byteLength } = resample(samples, sampleRate, SAMPLE_RATE)
      yield new Uint8Array(buffer, byteOffset, byteLength)
    },
    close: async () => undefined,
  }
}

interface Said {
  readonly text: string
  readonly voice: SpokenVoice
}

async function speak(
  path: string,
  { text, voice }: Said,
  signal: AbortSignal,
): Promise<ReturnType<typeof fromWav>> {
  const { names, rate } = toEspeakVoice(voice)
  let problem = ''
  for (const name of names) {
    // The text comes over the standard input: it is nobody's argument.
    const child = spawn(path, ['-v', name, '-s', String(rate), '--stdin', '--stdout'], { signal })
    lowerPriority(child)
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.stderr.on('data', (part: Buffer) => (problem = part.toString().slice(0, 300)))
    child.stdin.on('error', () => undefined)
    child.stdin.end(text)
    const code = await exitOf(child, signal)
    if (code === 0 && parts.length > 0) return fromWav(Buffer.concat(parts))
  }
  throw new AppError('speech_rejected', { cause: new Error(`${path} failed: ${problem}`) })
}

async function exitOf(child: ChildProcess, signal: AbortSignal): Promise<unknown> {
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code
  } catch (error) {
    signal.throwIfAborted()
    throw new AppError('speech_rejected', { cause: error })
  }
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, LOW_PRIORITY)
  } catch {
    // It has ended already, or the system has no priorities.
  }
}
