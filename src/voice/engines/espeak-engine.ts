import { AppError } from '../../errors.ts'
import { ThreadCalls } from '../audio/thread-calls.ts'
import type { SpeechEngine } from '../voice.ts'
import type { EspeakTask } from './espeak-thread.ts'
import { toEspeakVoice } from './espeak-voice.ts'

/** Two sentences wait at the thread, so that it is never idle; it speaks one at a time. */
const CONCURRENCY = 2

/** eSpeak NG as an npm package, in a thread; `moduleUrl` is where that is installed. */
export function createEspeakEngine(moduleUrl: string): SpeechEngine {
  const thread = new ThreadCalls<EspeakTask>('../engines/espeak-thread', moduleUrl)
  return {
    id: 'espeak',
    formats: ['pcm'],
    concurrency: CONCURRENCY,
    async *synthesize({ text, voice }, signal) {
      // Angle brackets would begin SSML.
      const task = { text: text.replaceAll(/[<>]/g, ' '), ...toEspeakVoice(voice) }
      try {
        yield await thread.call(task, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw new AppError('speech_rejected', { cause: error })
      }
    },
    warm: () => void thread.start(),
    close: () => thread.close(),
  }
}
