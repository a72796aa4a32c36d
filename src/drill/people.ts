import { setTimeout as delay } from 'node:timers/promises'
import type { Messenger } from './messenger.ts'
import { questionText } from './questions.ts'
import { createSeededRandom } from './seeded-random.ts'
import type { Timeline } from './timeline.ts'

export interface PeopleOptions {
  readonly messenger: Pick<Messenger, 'say'>
  readonly timeline: Timeline
  readonly messages: number
  readonly chats: number
  readonly seed: number
  /** True for questions whose answer does not fit into one message. */
  readonly isLong: (question: number) => boolean
  /** How long a person waits for an answer before writing on. */
  readonly patienceMs: number
  readonly signal: AbortSignal
}

const FIRST_CHAT = 100_001
const LARGEST_BURST = 5
/** Until everybody has begun. */
const ARRIVAL_MS = 1_000
const BETWEEN_MESSAGES_MS = 120
const BETWEEN_BURSTS_MS = 400
/** Nobody waits longer, however patient the drill is. */
const LONGEST_WAIT_MS = 10_000
const LOOK_MS = 25

/**
 * Lets the people of all chats write, each in bursts of one to five messages without waiting, and the next burst
 * when that is answered: as much as the server can take, whatever the machine. Resolves when all has been written.
 */
export async function letPeopleAsk(options: PeopleOptions): Promise<void> {
  const chats = Array.from({ length: options.chats }, (_, index) => index)
  await Promise.all(chats.map((index) => askFrom(index, options)))
}

async function askFrom(index: number, options: PeopleOptions): Promise<void> {
  const { messenger, timeline, seed, isLong, signal } = options
  const random = createSeededRandom(seed, 'person', index)
  const chat = FIRST_CHAT + index
  const pause = (longest: number): Promise<void> => delay(random.whole(0, longest), undefined, { signal })
  const left = questionsOf(index, options)
  await pause(ARRIVAL_MS)
  while (left.length > 0) {
    const burst = left.splice(0, random.whole(1, LARGEST_BURST))
    for (const number of burst) {
      const updateId = messenger.say(chat, questionText(number))
      timeline.asked({ number, chat, updateId, long: isLong(number) })
      await pause(BETWEEN_MESSAGES_MS)
    }
    if (left.length === 0) return
    await untilAnswered(burst, options)
    await pause(BETWEEN_BURSTS_MS)
  }
}

/** Dealt like cards, counted from 1. */
function questionsOf(index: number, { messages, chats }: PeopleOptions): number[] {
  const all = Array.from({ length: messages }, (_, number) => number + 1)
  return all.filter((number) => (number - 1) % chats === index)
}

async function untilAnswered(
  burst: readonly number[],
  { timeline, patienceMs, signal }: PeopleOptions,
): Promise<void> {
  const deadline = Date.now() + Math.min(patienceMs, LONGEST_WAIT_MS)
  while (Date.now() < deadline && !burst.every((number) => timeline.isAnswered(number)))
    await delay(LOOK_MS, undefined, { signal })
}
