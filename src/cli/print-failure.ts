import { AppError } from '../errors.ts'
import { createScrubber } from '../observe/scrub.ts'
import { CommandFailure, type ExitCode, type Terminal } from './command.ts'
import { paint } from './paint.ts'

const DEEPEST_CAUSE = 8

/** Prints why a command failed: the sentence of the error, then what caused it. The stack only for faults of ours. */
export function printFailure(error: unknown, { stderr }: Terminal): ExitCode {
  const scrub = createScrubber([])
  const [first = '', ...causes] = messagesOf(error)
  stderr.write(`${paint(stderr, 'red', scrub(first))}\n`)
  const expected = error instanceof AppError || error instanceof CommandFailure
  const details = expected || !(error instanceof Error) ? causes : [...causes, error.stack ?? '']
  for (const detail of details) stderr.write(`${paint(stderr, 'dim', scrub(detail))}\n`)
  return 1
}

/** From the error to its last cause, without repeating what was said already. */
function messagesOf(error: unknown): readonly string[] {
  const messages: string[] = []
  for (let next = error; next instanceof Error && messages.length < DEEPEST_CAUSE; next = next.cause)
    if (!messages.some((shown) => shown.includes(next.message))) messages.push(next.message)
  return messages
}
