import { createFakeAnthropic } from '../fakes/anthropic.ts'
import { createFakeCohere } from '../fakes/cohere.ts'
import type { FakeModelServer } from '../fakes/fake-model-server.ts'
import type { Fault } from '../fakes/faults.ts'
import { createFakeOpenAI } from '../fakes/openai.ts'
import { answerText, findQuestion } from './questions.ts'
import type { SeededRandom } from './seeded-random.ts'

export interface ModelTwinsOptions {
  /** The share of calls that fail, from 0 to 1. */
  readonly faults: number
  readonly random: SeededRandom
  readonly isLong: (question: number) => boolean
  readonly onAsked: (question: number) => void
}

/** A twin of every provider, so that a bot answers the drill whichever it names. */
export interface ModelTwins {
  readonly openai: string
  readonly cohere: string
  readonly anthropic: string
  close(): Promise<void>
}

/** Between two words; an answer takes about a tenth of a second. */
const TOKEN_MS = 5

/** All before the first word. A model that breaks off later spoils its answer for good, and the person is told. */
const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'slow-headers', ms: 700 },
  { kind: 'error-event', after: 0 },
  { kind: 'truncate', after: 0, reset: true },
]

/** Starts models that answer the last question they are given, and nothing else, in the same words each time. */
export async function startModelTwins(options: ModelTwinsOptions): Promise<ModelTwins> {
  const create = [createFakeOpenAI, createFakeCohere, createFakeAnthropic]
  const twins: FakeModelServer[] = []
  for (const createTwin of create) {
    const replies = (body: object): string => answer(body, options, twins)
    twins.push(await createTwin({ replies, tokenMs: TOKEN_MS }))
  }
  const [openai, cohere, anthropic] = twins.map(({ url }) => url)
  return {
    openai: openai ?? '',
    cohere: cohere ?? '',
    anthropic: anthropic ?? '',
    close: async () => void (await Promise.all(twins.map((twin) => twin.close()))),
  }
}

function answer(
  body: object,
  { faults, random, isLong, onAsked }: ModelTwinsOptions,
  twins: readonly FakeModelServer[],
): string {
  const question = findQuestion(lastUserText(body))
  if (question === undefined) return 'This is no question of the drill.'
  onAsked(question)
  // The next call fails: this one is under way already.
  if (random.next() < faults) {
    const fault = { ...random.pick(FAULTS), failTimes: 1 }
    for (const twin of twins) twin.inject(fault)
  }
  return answerText(question, isLong(question))
}

interface AnyMessage {
  readonly role?: string
  readonly content?: unknown
}

/** All providers call the list `messages`; the content is a text or a list of parts. */
function lastUserText(body: object): string {
  const messages = ('messages' in body ? body.messages : []) as readonly AnyMessage[]
  const last = messages.findLast(({ role }) => role === 'user')?.content
  return typeof last === 'string' ? last : JSON.stringify(last ?? '')
}
