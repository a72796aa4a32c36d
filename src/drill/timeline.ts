import type { Messenger, MessengerCall } from './messenger.ts'
import type { AskedQuestion } from './judge.ts'
import { expectedFragments, findFragments } from './questions.ts'

/** One question on its way, with the moments at which it was seen from outside, in milliseconds of the wall clock. */
export interface Journey {
  readonly number: number
  readonly chat: number
  readonly updateId: number
  readonly long: boolean
  readonly askedAt: number
  /** The update was handed to a server for the first time. */
  deliveredAt?: number
  /** A server said for the first time that it has the update. */
  acknowledgedAt?: number
  /** A model was asked for the first time. */
  begunAt?: number
  /** The end of the answer was put into the chat for the first time. */
  answeredAt?: number
}

/** A call without a status by then was cut by a fault. */
const CALL_PATIENCE_MS = 5_000

/** Follows the questions of a drill. */
export class Timeline {
  /** How often a model was asked; more than one for a question after a crash. */
  modelCalls = 0
  readonly #journeys = new Map<number, Journey>()
  readonly #numbers = new Map<number, number>()
  #readCalls = 0
  #openCalls: readonly MessengerCall[] = []
  #lastCallAt = 0
  readonly #textOf: Messenger['textOf']

  constructor({ textOf }: Pick<Messenger, 'textOf'>) {
    this.#textOf = textOf
  }

  asked(journey: Omit<Journey, 'askedAt'>): void {
    this.#numbers.set(journey.updateId, journey.number)
    this.#journeys.set(journey.number, { ...journey, askedAt: now() })
  }

  delivered(updateId: number): void {
    const journey = this.#byUpdate(updateId)
    if (journey) journey.deliveredAt ??= now()
  }

  acknowledged(updateId: number): void {
    const journey = this.#byUpdate(updateId)
    if (journey) journey.acknowledgedAt ??= now()
  }

  begun(question: number): void {
    this.modelCalls++
    const journey = this.#journeys.get(question)
    if (journey) journey.begunAt ??= now()
  }

  /** Takes in what the bot did since the last time; `calls` only grows. */
  read(calls: readonly MessengerCall[]): void {
    const fresh = [...this.#openCalls, ...calls.slice(this.#readCalls)]
    this.#readCalls = calls.length
    const last = fresh.findLast((call) => this.#textOf(call) !== undefined)
    this.#lastCallAt = Math.max(this.#lastCallAt, last?.at ?? 0)
    const oldest = Date.now() - CALL_PATIENCE_MS
    this.#openCalls = fresh.filter(({ status, at }) => status === undefined && at > oldest)
    for (const call of fresh) if (call.status === 200) this.#show(call)
  }

  get journeys(): readonly Journey[] {
    return [...this.#journeys.values()]
  }

  /** When the bot last put something into a chat. */
  get lastCallAt(): number {
    return this.#lastCallAt
  }

  isAnswered(question: number): boolean {
    return this.#journeys.get(question)?.answeredAt !== undefined
  }

  count(moment: 'deliveredAt' | 'acknowledgedAt' | 'begunAt' | 'answeredAt'): number {
    return this.journeys.filter((journey) => journey[moment] !== undefined).length
  }

  #byUpdate(updateId: number): Journey | undefined {
    return this.#journeys.get(this.#numbers.get(updateId) ?? -1)
  }

  #show(call: MessengerCall): void {
    const { at } = call
    for (const { question, part } of findFragments(this.#textOf(call) ?? '')) {
      const journey = this.#journeys.get(question)
      const last = journey && expectedFragments(question, journey.long).length
      if (journey && part === last) journey.answeredAt ??= at
    }
  }
}

/** What the judge has to know of a question. */
export function toAsked({ number, updateId, long, acknowledgedAt }: Journey): AskedQuestion {
  return { number, updateId, long, acknowledged: acknowledgedAt !== undefined }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
