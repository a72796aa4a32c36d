import type { ToolCallEndEvent, TurnEvent } from '../events.ts'
import type { Message, ToolCall } from '../messages.ts'
import { ToolInputError, type Tool, type ToolContext, type ToolEmission } from '../tools/tool.ts'
import type { TurnInput } from './turn.ts'
import { untilAborted } from './until-aborted.ts'

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
  const ends = await Promise.all(calls.map((call) => runCall(call, { input, ...options })))
  return ends.map(({ callId, tool, output }) => ({ role: 'tool', callId, tool, output }))
}

interface CallContext extends RunToolsOptions {
  readonly input: TurnInput
}

async function runCall(call: ToolCall, { input, signal, emit }: CallContext): Promise<ToolCallEndEvent> {
  const started = performance.now()
  emit({ type: 'tool-call-start', callId: call.callId, tool: call.tool, input: call.input, external: false })
  const tool = input.bot.tools.find(({ name }) => name === call.tool)
  let result: { ok: boolean; output: string }
  try {
    if (!tool)
      throw new ToolInputError(`There is no tool "${call.tool}". Use one of the tools you were given.`)
    result = { ok: true, output: toOutput(await runInTime(tool, call, { input, signal, emit })) }
  } catch (error) {
    signal.throwIfAborted()
    input.onProblem({ what: 'tool-failed', cause: error })
    result = { ok: false, output: toOutput({ error: describe(error) }) }
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
    signal: either,
    emit: (event: ToolEmission) => {
      if (!either.aborted) emit(event)
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
  return JSON.stringify(value) ?? 'null'
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
