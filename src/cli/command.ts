import type { Readable, Writable } from 'node:stream'
import type { Environment } from '../config.ts'

/** The door of the cli room: one command, as the help shows it and as it runs. */
export interface Command {
  readonly name: string
  /** One line, without a full stop. */
  readonly summary: string
  /** How arguments are written, such as `[bot]`; empty when there are none. */
  readonly usage: string
  /** What the first argument can be, when it says what to do, and what each of them does. */
  readonly actions?: Readonly<Record<string, string>>
  /** How many arguments are taken: fewest and most. */
  readonly arity: readonly [number, number]
  readonly options: Readonly<Record<string, CommandOption>>
  readonly examples: readonly string[]
  /** Throws `UsageError` or any other error; the command line prints it and chooses the exit code. */
  run(invocation: Invocation): Promise<ExitCode>
}

export interface CommandOption {
  readonly type: 'boolean' | 'string'
  /** Stands for the value in the help, such as `n`. */
  readonly value?: string
  readonly about: string
}

export interface Invocation {
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  readonly terminal: Terminal
}

/** What a command may touch of the process it runs in. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly env: Environment
  /** Where the project file is looked for. */
  readonly cwd: string
}

/** 0: done. 1: failed. 2: not understood. `start` and `dev` hand through the server's own code. */
export type ExitCode = number

/** The command was understood and cannot be done; the message says why and what to do, so no stack is printed. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

/** The command line was not understood; the message says what instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
