import { pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import { describeError } from './describe-error.ts'
import { createScrubber } from './scrub.ts'

/** Writes one JSON line an event, or text for people; secrets never reach the output. */
export type Log = pino.Logger

export interface LogOptions {
  /** The least important lines to write: `trace` to `fatal`, or `silent`. */
  readonly level: string
  /** Text for people instead of JSON; coloured on a terminal. */
  readonly pretty: boolean
  /** Exact values to scrub, besides everything that looks like a key, a token or a password in a URL. */
  readonly secrets: readonly string[]
  /** Default: standard output, written synchronously, so the last line before an exit is not lost. */
  readonly destination?: LogDestination
}

export interface LogDestination {
  write(line: string): unknown
}

/**
 * Makes the log. Every line is scrubbed when it is finished, by value: a list of paths to redact would miss
 * secrets inside messages, causes, arrays and URLs. Log an error as `log.error({ err }, 'what failed')`.
 */
export function createLog({ level, pretty, secrets, destination }: LogOptions): Log {
  const output = destination ?? pino.destination({ dest: 1, sync: true })
  const colours = destination === undefined && process.stdout.isTTY && process.stdout.hasColors()
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
      hooks: { streamWrite: createScrubber(secrets) },
    },
    pretty ? toText(output, colours) : output,
  )
}

function toText(output: LogDestination, colorize: boolean): LogDestination {
  const format = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
  return { write: (line) => output.write(format(line)) }
}
