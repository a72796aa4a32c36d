import type { Behaviour, Incoming } from './poe-server.ts'
import { send, type PoeBody } from './poe-server.ts'
import type { VerifyOptions } from './verify-server.ts'

/** A server that breaks one thing, and the checks that have to see it. */
export interface BrokenServer extends Pick<VerifyOptions, 'limits' | 'timeoutMs'> {
  /** What it does wrong. */
  readonly name: string
  /** Checks that fail, or warn when they are about what only should be. */
  readonly breaks?: readonly string[]
  /** Checks that warn, although they are about what must be. */
  readonly doubts?: readonly string[]
  /** Made anew for each run: some remember. */
  readonly server: () => Partial<Behaviour>
}

/** Answers with HTTP 500 to queries that a stricter reader would not take. */
export function crashesAt(isTooMuch: (body: PoeBody) => boolean): () => Partial<Behaviour> {
  return () => ({
    intercept: ({ body, response }: Incoming) => {
      if (body.type !== 'query' || !isTooMuch(body)) return false
      send(response, 500, { error: 'internal' })
      return true
    },
  })
}

export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
