/** What the log says of an error. */
export interface ErrorDescription {
  readonly type: string
  readonly code?: string | number
  readonly message: string
  readonly stack?: string
  readonly cause?: unknown
  /** The parts of an `AggregateError`. */
  readonly errors?: readonly unknown[]
}

/** Deeper chains are cut; a cause may also point back to its error. */
const DEEPEST_CAUSE = 8

/** Turns an error and its causes into values a log can write; anything else is returned as it is. */
export function describeError(thrown: unknown): unknown {
  return describe(thrown, 0)
}

function describe(thrown: unknown, depth: number): unknown {
  if (!(thrown instanceof Error)) return thrown
  const { name, message, stack, cause } = thrown
  const code: unknown = 'code' in thrown ? thrown.code : undefined
  const parts: unknown = 'errors' in thrown ? thrown.errors : undefined
  const deeper = depth < DEEPEST_CAUSE
  return {
    type: name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && deeper && { cause: describe(cause, depth + 1) }),
    ...(Array.isArray(parts) && deeper && { errors: parts.map((part) => describe(part, depth + 1)) }),
  } satisfies ErrorDescription
}
