import { setTimeout as pause } from 'node:timers/promises'
import { askStream, type StreamedAnswer, type StreamQuestion } from './ask-stream.ts'
import type { LoadProfile } from './load-profiles.ts'

export interface LoadOptions {
  readonly profile: LoadProfile
  readonly question: Omit<StreamQuestion, 'onEvent'>
  /** Ends the test early; what was asked until then is judged. */
  readonly signal: AbortSignal
  /** Told after every answer. */
  readonly onAnswer?: (done: number) => void
}

export interface LoadRun {
  readonly answers: readonly StreamedAnswer[]
  readonly totalMs: number
  /** The most answers that were awaited at once. */
  readonly mostAtOnce: number
}

/** Lets people arrive, each asking one question after the other, until all questions of the profile are answered. */
export async function runLoad({ profile, question, signal, onAnswer }: LoadOptions): Promise<LoadRun> {
  const { users, requests, rampUpMs } = profile
  const answers: StreamedAnswer[] = []
  const begun = performance.now()
  let left = requests
  let atOnce = 0
  let mostAtOnce = 0

  const ask = async (): Promise<void> => {
    while (left > 0 && !signal.aborted) {
      left -= 1
      atOnce += 1
      mostAtOnce = Math.max(mostAtOnce, atOnce)
      answers.push(await askStream(question))
      atOnce -= 1
      onAnswer?.(answers.length)
    }
  }
  const arrive = async (user: number): Promise<void> => {
    await pause((user * rampUpMs) / users, undefined, { signal }).catch(() => undefined)
    await ask()
  }
  await Promise.all(Array.from({ length: users }, (_, user) => arrive(user)))
  return { answers, totalMs: performance.now() - begun, mostAtOnce }
}
