import { z } from 'zod'
import {
  findFieldProblem,
  isRecord,
  isText,
  LONGEST_TIMER_MS,
  wholeNumber,
  type FieldRule,
} from '../definition.ts'
import type { FileKeeper } from '../answer-files.ts'
import type { CompanyRegister } from '../company/company.ts'
import type { BoundDocuments } from '../documents.ts'
import { AppError } from '../errors.ts'
import type { RequestOrigin } from '../origin.ts'
import type { CitationEvent, DataEvent, FileEvent, ReplaceEvent, SuggestionsEvent } from '../events.ts'
import type { TaskList } from '../tasks/tasks.ts'

/** What a tool may say to the person besides its result. */
export type ToolEmission = DataEvent | FileEvent | SuggestionsEvent | CitationEvent | ReplaceEvent

/**
 * What the server keeps for the person served. Each service is bound to them before a tool sees it and takes no user
 * as an argument, so neither a tool nor a model can reach the rows of anybody else.
 */
export interface ToolServices {
  readonly tasks: TaskList
  /** The documents of the person, or of the group, and those of the bot. */
  readonly documents: BoundDocuments
  /** What registers say about companies; the same for everybody. */
  readonly companies: CompanyRegister
  /** Files to give to the person. */
  readonly files: FileKeeper
}

/** What the server binds for a tool; the model can set none of it. */
export interface ToolContext {
  /** Who is served: a user, a session, a chat. Use it to scope every row a tool reads or writes. */
  readonly subject: string
  readonly conversationId: string
  readonly turnId: string
  readonly services: ToolServices
  /** Where the message came from, when the channel has something for tools; `origin.channel` says which. */
  readonly origin?: RequestOrigin
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
  /** Default 10,000, at most 2,147,483,647. The call is abandoned and the model told so when it takes longer. */
  readonly timeoutMs?: number
  /**
   * Returns what the model is told: any JSON value. A thrown error is told to the model too, by its message, and a
   * `ToolError` also by its code.
   */
  execute(input: z.output<Input>, context: ToolContext): unknown
}

/** The model's arguments did not fit the tool's schema; the message tells the model what to mend. */
export class ToolInputError extends Error {
  override readonly name = 'ToolInputError'
}

/** A failure the model can act on: it is told the code and the message, as `{ success: false, error, message }`. */
export class ToolError extends Error {
  override readonly name = 'ToolError'
  /** A word for programs, such as `not_found`. */
  readonly code: string

  /** With a `cause` it is logged too, as something that went wrong on our side. */
  constructor(code: string, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.code = code
  }
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/

const TOOL_FIELDS: Readonly<Record<keyof ToolDefinition<z.ZodType>, FieldRule>> = {
  name: {
    fits: (value) => typeof value === 'string' && TOOL_NAME.test(value),
    fix: 'use 1 to 64 letters, digits, "_" or "-", such as "get_weather"',
    required: true,
  },
  description: { fits: isText, fix: 'say what the tool does, the model chooses by it', required: true },
  input: { fits: isSchema, fix: 'write a zod object: z.object({ city: z.string() })', required: true },
  timeoutMs: wholeNumber(1, LONGEST_TIMER_MS),
  execute: {
    fits: (value) => typeof value === 'function',
    fix: 'write a function that returns what the model is told',
    required: true,
  },
}

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
  const problem = findFieldProblem(definition, TOOL_FIELDS)
  if (problem) throw invalid(problem)
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

function toInputSchema({ name, input }: ToolDefinition<z.ZodType>): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = toJsonSchema(name, input)
  if (schema.type === 'object') return schema
  throw invalid(`\`input\` of "${name}" is not an object; wrap it: z.object({ value: … }).`)
}

function toJsonSchema(name: string, input: z.ZodType): z.core.JSONSchema.BaseSchema {
  try {
    return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalid(
      `\`input\` of "${name}" cannot be written as JSON Schema (${reason}); use simpler types.`,
      error,
    )
  }
}

/** A zod 4 schema, also one of another copy of zod. */
function isSchema(value: unknown): boolean {
  return isRecord(value) && isRecord(value['_zod']) && typeof value['safeParse'] === 'function'
}

function invalid(problem: string, cause?: unknown): AppError {
  return new AppError('invalid_definition', { params: { problem: `defineTool: ${problem}` }, cause })
}
