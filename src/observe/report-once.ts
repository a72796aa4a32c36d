import { AppError } from '../errors.ts'

/** What goes on for hours, such as a database that is away, is told again after this long, in milliseconds. */
const AGAIN_AFTER_MS = 60_000
/** Different errors that are remembered. */
const MOST_KNOWN = 1_000
/** A cause may point back to its error. */
const DEEPEST_CAUSE = 8

/** Tells whether an error is worth a report: false when the same was told within the last minute. */
export class ReportOnce {
  readonly #toldAt = new Map<string, number>()

  isDue(error: unknown, message: string | undefined): boolean {
    const key = JSON.stringify([message, ...describe(error)])
    const now = performance.now()
    if (now - (this.#toldAt.get(key) ?? -Infinity) < AGAIN_AFTER_MS) return false
    if (this.#toldAt.size >= MOST_KNOWN) this.#toldAt.clear()
    this.#toldAt.set(key, now)
    return true
  }
}

/** What an error has in common with others of its kind: its code and where it began, but not its words. */
function describe(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > DEEPEST_CAUSE) return []
  const code = error instanceof AppError ? error.code : error.name
  const places = error.stack?.match(/^ +at .*$/gm)?.slice(0, 3) ?? []
  return [code, ...places, ...describe(error.cause, depth + 1)]
}
