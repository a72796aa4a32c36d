import type { ToolCallEndEvent, TurnEvent } from '../events.ts'
import type { Message, ToolCall } from '../messages.ts'
import { ToolError, ToolInputError, type Tool, type ToolContext, type ToolEmission } from '../tools/tool.ts'
import type { TurnInput } from './turn.ts'
import { traceTool } from './trace-turn.ts'
import { untilAborted } from './until-aborted.ts'

/** Calls of one step that are run; more at once are refused, and the model told so. */
const MOST_CALLS = 16
/** Characters of a result that the model is given. */
const LONGEST_OUTPUT = 64_000

export interface RunToolsOptions {
  readonly signal: AbortSignal
  readonly emit: (event: TurnEvent) => void
}

/**
 * Runs the calls of one step side by side, telling their events as they happen. Resolves with the results in the
 * order of the calls, as the model must be told. A failing tool is a result too: the model hears why and goes on.
 */
export async function runTools(
  calls: readonly ToolCall[],
  input: TurnInput,
  options: RunToolsOptions,
): Promise<readonly Message[]> {
  const ends = await Promise.all(
    calls.map((call, index) =>
      traceTool(call, () => runCall(call, { input, ...options, refused: index >= MOST_CALLS })),
    ),
  )
  return ends.map(({ callId, tool, output }) => ({ role: 'tool', callId, tool, output }))
}

interface CallContext extends RunToolsOptions {
  readonly input: TurnInput
  /** The model asked for too much at once. */
  readonly refused: boolean
}

async function runCall(call: ToolCall, context: CallContext): Promise<ToolCallEndEvent> {
  const { input, signal, emit, refused } = context
  const started = performance.now()
  emit({ type: 'tool-call-start', callId: call.callId, tool: call.tool, input: call.input, external: false })
  const tool = input.bot.tools.find(({ name }) => name === call.tool)
  let result: { ok: boolean; output: string }
  try {
    if (refused)
      throw new ToolInputError(`At most ${MOST_CALLS} calls run at once. Call the others in the next step.`)
    if (!tool)
      throw new ToolInputError(`There is no tool "${call.tool}". Use one of the tools you were given.`)
    result = { ok: true, output: toOutput(await runInTime(tool, call, context)) }
  } catch (error) {
    signal.throwIfAborted()
    if (!isExpected(error)) input.onProblem({ what: 'tool-failed', cause: error })
    result = { ok: false, output: toOutput(toFailure(error)) }
  }
  const durationMs = Math.round(performance.now() - started)
  const end: ToolCallEndEvent = {
    type: 'tool-call-end',
    callId: call.callId,
    tool: call.tool,
    ...result,
    durationMs,
  }
  emit(end)
  return end
}

async function runInTime(tool: Tool, call: ToolCall, { input, signal, emit }: CallContext): Promise<unknown> {
  const timeout = AbortSignal.timeout(tool.timeoutMs)
  const either = AbortSignal.any([signal, timeout])
  const context: ToolContext = {
    subject: input.subject,
    conversationId: input.conversationId,
    turnId: input.turnId,
    services: input.services,
    ...(input.origin && { origin: input.origin }),
    signal: either,
    emit: (event: ToolEmission) => {
      // What is not JSON could not be stored; it fails here, as the fault of this tool alone.
      if (!either.aborted) emit(JSON.parse(JSON.stringify(event)) as ToolEmission)
    },
  }
  try {
    return await untilAborted(either, tool.run(parseArguments(call), context))
  } catch (error) {
    if (timeout.aborted && !signal.aborted)
      throw new ToolTimeoutError(`The tool took longer than ${tool.timeoutMs} ms and was stopped.`)
    throw error
  }
}

class ToolTimeoutError extends Error {
  override readonly name = 'ToolTimeoutError'
}

function parseArguments({ input }: ToolCall): unknown {
  try {
    return input.trim() === '' ? {} : JSON.parse(input)
  } catch {
    throw new ToolInputError('The arguments are not valid JSON. Send one JSON object.')
  }
}

function toOutput(value: unknown): string {
  const output = JSON.stringify(value) ?? 'null'
  if (output.length <= LONGEST_OUTPUT) return output
  return JSON.stringify({ truncated: output.slice(0, LONGEST_OUTPUT), characters: output.length })
}

/** What a tool says to the model on purpose is nothing an operator has to hear of. */
function isExpected(error: unknown): boolean {
  return error instanceof ToolError && error.cause === undefined
}

function toFailure(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof ToolError) return { success: false, error: error.code, message: error.message }
  return { error: describe(error) }
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : 'The tool failed.'
}
