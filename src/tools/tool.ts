import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { CitationEvent, DataEvent, FileEvent, ReplaceEvent, SuggestionsEvent } from '../events.ts'

/** What a tool may say to the person besides its result. */
export type ToolEmission = DataEvent | FileEvent | SuggestionsEvent | CitationEvent | ReplaceEvent

/** What the server binds for a tool; the model can set none of it. */
export interface ToolContext {
  /** Who is served: a user, a session, a chat. Use it to scope every row a tool reads or writes. */
  readonly subject: string
  readonly conversationId: string
  readonly turnId: string
  /** Aborted when the turn is stopped or the tool's time is up. */
  readonly signal: AbortSignal
  /** Sends an event to the person at once, in order with the text. */
  readonly emit: (event: ToolEmission) => void
}

/** A tool ready for the engine. Made by `defineTool`. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input, as the model sees it. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  /** How long one call may take, in milliseconds. */
  readonly timeoutMs: number
  /** Validates `input` and runs. Throws `ToolInputError` when the input does not fit. */
  run(input: unknown, context: ToolContext): Promise<unknown>
}

export interface ToolDefinition<Input extends z.ZodType> {
  /** 1 to 64 letters, digits, `_` or `-`: what all providers accept. */
  readonly name: string
  /** Says to the model what the tool does and when to use it. */
  readonly description: string
  /** A zod object; its JSON Schema is sent to the model and every call is validated against it. */
  readonly input: Input
  /** Default 10,000. The call is abandoned and the model told so when it takes longer. */
  readonly timeoutMs?: number
  /** Returns what the model is told: any JSON value. A thrown error is told to the model too, by its message. */
  execute(input: z.output<Input>, context: ToolContext): unknown
}

/** The model's arguments did not fit the tool's schema; the message tells the model what to mend. */
export class ToolInputError extends Error {
  override readonly name = 'ToolInputError'
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/

/**
 * Defines a tool a bot can call. Throws `invalid_definition`, naming the field and the fix, when the definition
 * cannot work.
 *
 * @example
 * const weather = defineTool({
 *   name: 'get_weather',
 *   description: 'The weather in a city now.',
 *   input: z.object({ city: z.string() }),
 *   execute: async ({ city }, { signal }) => fetchWeather(city, signal),
 * })
 */
export function defineTool<Input extends z.ZodType>(definition: ToolDefinition<Input>): Tool {
  const problem = findProblem(definition)
  if (problem) throw new AppError('invalid_definition', { params: { problem: `defineTool: ${problem}` } })
  return Object.freeze({
    name: definition.name,
    description: definition.description,
    inputSchema: toInputSchema(definition),
    timeoutMs: definition.timeoutMs ?? 10_000,
    run: async (input: unknown, context: ToolContext) => {
      const parsed = definition.input.safeParse(input)
      if (!parsed.success) throw new ToolInputError(z.prettifyError(parsed.error))
      return definition.execute(parsed.data, context)
    },
  })
}

function findProblem({ name, description, timeoutMs }: ToolDefinition<z.ZodType>): string | undefined {
  if (!TOOL_NAME.test(name))
    return `\`name\` is ${JSON.stringify(name)}; use 1 to 64 letters, digits, "_" or "-", such as "get_weather".`
  if (description.trim() === '')
    return `\`description\` of "${name}" is empty; say what the tool does, the model chooses by it.`
  if (timeoutMs !== undefined && !(timeoutMs > 0))
    return `\`timeoutMs\` of "${name}" is ${timeoutMs}; use a number of milliseconds above 0.`
  return undefined
}

function toInputSchema({ name, input }: ToolDefinition<z.ZodType>): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  if (schema.type === 'object') return schema
  const problem = `defineTool: \`input\` of "${name}" is not an object; wrap it: z.object({ value: … }).`
  throw new AppError('invalid_definition', { params: { problem } })
}
