import type { FileEvent } from './events.ts'
import type { PoeParameters } from './poe-parameters.ts'

/** Where a message came from, for tools and models that speak to the same service; `channel` tells which. */
export type RequestOrigin = PoeOrigin

/** A query of Poe. */
export interface PoeOrigin {
  readonly channel: 'poe'
  readonly userId: string
  readonly conversationId: string
  /** Names the answer that is being written. */
  readonly messageId: string
  /** BCP 47 tag of the person's client. */
  readonly languageCode: string
  /** Values of the bot's parameter controls: the person's where they fit, otherwise the defaults. */
  readonly parameters: PoeParameters
  /** What the bot last stored in this conversation, by emitting `{ type: 'data', name: 'metadata', value }`. */
  readonly metadata: string | undefined
  /**
   * Gives Poe a file, to be emitted as it is returned. 20 files an answer, 50 MB each. Throws `poe_upload_failed`.
   *
   * @example
   * execute: async (_, { origin, emit }) => {
   *   if (origin) emit(await origin.uploadFile({ name: 'report.csv', bytes }))
   * }
   */
  uploadFile(file: PoeUpload, options?: PoeCallOptions): Promise<FileEvent>
  /** Asks Poe whether the person can pay. Throws `poe_insufficient_funds` or `poe_unavailable`. */
  authorizeCost(amounts: readonly PoeAmount[], options?: PoeCallOptions): Promise<void>
  /** Charges the person; authorize first. Throws as `authorizeCost`. */
  captureCost(amounts: readonly PoeAmount[], options?: PoeCallOptions): Promise<void>
  /**
   * What a call of another bot of Poe carries. Counts the call: throws `model_rejected` when the bot is not declared in
   * `poe.dependencies` or was called as often as declared.
   */
  callBot(name: string): PoeBotCall
}

export type PoeUpload =
  | { readonly name: string; readonly bytes: Uint8Array; readonly inline?: boolean }
  /** Poe downloads it. */
  | { readonly name: string; readonly url: string; readonly inline?: boolean }

/** 1 US dollar is 100,000 milli-cents; fractions are rounded up. */
export interface PoeAmount {
  readonly usdMilliCents: number
  readonly description?: string
}

export interface PoeCallOptions {
  readonly signal?: AbortSignal
}

export interface PoeBotCall {
  readonly accessKey: string
  /** Fields of the query that are passed on, in Poe's own names. */
  readonly fields: Readonly<Record<string, unknown>>
}
