import { createRequire } from 'node:module'
import { pino, type LoggerOptions } from 'pino'
import { describeError } from './describe-error.ts'
import { createScrubber } from './scrub.ts'
import { toReadable } from './to-readable.ts'

/** Writes one JSON line an event, or text for people; secrets never reach the output. */
export type Log = pino.Logger

export interface LogOptions {
  /** The least important lines to write: `trace` to `fatal`, or `silent`. */
  readonly level: string
  /** Text for people instead of JSON; coloured on a terminal. */
  readonly pretty: boolean
  /** Exact values to scrub, besides everything that looks like a key, a token or a password in a URL. */
  readonly secrets: readonly string[]
  /** Told of every error that is logged as one, fatal when it ends the process. Default: nobody. */
  readonly onError?: (error: unknown, message: string | undefined, isFatal: boolean) => void
  /** Default: standard output, written synchronously, so the last line before an exit is not lost. */
  readonly destination?: LogDestination
}

type LogHooks = NonNullable<LoggerOptions['hooks']>

export interface LogDestination {
  write(line: string): unknown
}

/**
 * Makes the log. Every line is scrubbed when it is finished, by value: a list of paths to redact would miss
 * secrets inside messages, causes, arrays and URLs. Log an error as `log.error({ err }, 'what failed')`.
 */
export function createLog({ level, pretty, secrets, destination, onError }: LogOptions): Log {
  const output = destination ?? pino.destination({ dest: 1, sync: true })
  const colours = destination === undefined && process.stdout.isTTY && process.stdout.hasColors()
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
      hooks: {
        streamWrite: createScrubber(secrets),
        ...(onError && { logMethod: tellErrors(onError) }),
      },
    },
    pretty ? toText(output, colours) : output,
  )
}

/** From these numbers on a line tells of an error, and of one that ends the process; source: the levels of pino. */
const ERROR_LEVEL = 50
const FATAL_LEVEL = 60

function tellErrors(onError: NonNullable<LogOptions['onError']>): NonNullable<LogHooks['logMethod']> {
  return function logMethod(words, write, level) {
    const [first, message] = words as readonly unknown[]
    const error = first instanceof Error ? first : (first as { readonly err?: unknown } | undefined)?.err
    if (level >= ERROR_LEVEL && error !== undefined)
      onError(error, typeof message === 'string' ? message : undefined, level >= FATAL_LEVEL)
    write.apply(this, words)
  }
}

/** Loaded when people read the log, which a server in production does not have; at once, as a log cannot be waited for. */
function toText(output: LogDestination, colorize: boolean): LogDestination {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  const format = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
  return { write: (line) => output.write(format(toReadable(line))) }
}
