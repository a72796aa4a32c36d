import type { ReplicaPlaces } from './drilled-server.ts'
import type { ShownMessage } from './judge.ts'
import type { Timeline } from './timeline.ts'

/** The service that people write in, as the drill drives it. */
export interface Messenger {
  /** Where replicas reach it, through the wire. */
  readonly url: string
  /** Every call of its API so far, oldest first; only grows. */
  readonly calls: readonly MessengerCall[]
  /** How calls that matter look. */
  readonly methods: MessengerMethods
  /** Messages that nobody has confirmed yet. */
  readonly pending: number
  /** How often a message was told once more. */
  readonly repeated: number
  /** What a replica has to know of it; `apiRoot` is its address through the wire. */
  placesFor(apiRoot: string): Pick<ReplicaPlaces, 'telegram' | 'bitrix24'>
  /** Resolves when people may write. */
  connect(publicUrl: string, signal: AbortSignal): Promise<void>
  /** Writes as a person; returns the id by which the message is told. */
  say(chat: number, text: string): number
  /** Tells which messages were handed over and confirmed, where no webhook shows it. */
  follow(timeline: Timeline): void
  /** The text that a call puts into a chat; undefined for other calls. */
  textOf(call: MessengerCall): string | undefined
  /** Lets the next call of the method fail in a way that `pick` chooses. */
  spoil(method: string, pick: <Item>(items: readonly Item[]) => Item): void
  /** The bot's messages in a chat as a person sees them. */
  shown(chat: number): readonly ShownMessage[]
  close(): Promise<void>
}

export interface MessengerCall {
  readonly method: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Unix milliseconds. */
  readonly at: number
  /** Undefined while there is no answer, or when a fault prevented it. */
  readonly status: number | undefined
}

export interface MessengerMethods {
  readonly send: RegExp
  readonly edit: RegExp
  /** Those that faults may spoil. */
  readonly spoiled: RegExp
  /** How messages are fetched; absent: they come by webhook. */
  readonly fetch?: RegExp
}

export interface MessengerOptions {
  readonly seed: number
  /** The share of messages that are told more than once, where no webhook does that. */
  readonly duplicates: number
}
