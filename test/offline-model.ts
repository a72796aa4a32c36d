import type { Message, ToolSpec } from '../src/messages.ts'
import type { ModelPart, ModelRequest } from '../src/models/model.ts'
import { createOfflineModel } from '../src/models/offline.ts'

/** Saturday. */
const NOW = new Date(2026, 10, 21, 12)

export const TODO_TOOLS: readonly ToolSpec[] = [
  tool('add_task', 'Adds a task to the list.', {
    'title*': { type: 'string', description: 'What to do' },
    description: { type: 'string' },
    priority: { type: 'string', enum: ['low', 'medium', 'high'] },
    due_date: { type: 'string', description: 'ISO 8601 date' },
    tags: { type: 'array', items: { type: 'string' } },
    reminder_offset_minutes: { type: 'integer' },
  }),
  tool('list_tasks', 'Lists the tasks.', {
    status: { type: 'string', enum: ['pending', 'completed', 'all'] },
    priority: { type: 'string', enum: ['low', 'medium', 'high', 'all'] },
    search: { type: 'string' },
  }),
  tool('complete_task', 'Marks a task as complete.', { 'task_id*': { type: 'string' } }),
  tool('update_task', 'Changes a task.', {
    'task_id*': { type: 'string' },
    title: { type: 'string' },
    priority: { type: 'string', enum: ['low', 'medium', 'high'] },
    status: { type: 'string', enum: ['pending', 'completed'] },
    due_date: { type: 'string', format: 'date' },
  }),
  tool('delete_task', 'Deletes a task.', { 'task_id*': { type: 'string' } }),
] // prettier-ignore

export const EVERYDAY_TOOLS: readonly ToolSpec[] = [
  tool('current_time', 'The time now in a city or an IANA time zone.', { place: { type: 'string' } }),
  tool('calculate', 'Calculates an arithmetic expression.', { 'expression*': { type: 'string' } }),
  tool('convert_units', 'Converts an amount from one unit to another.', {
    'amount*': { type: 'number' }, 'from*': { type: 'string' }, 'to*': { type: 'string' },
  }),
  tool('days_between', 'Counts the days between two dates.', {
    'from*': { type: 'string', format: 'date' }, 'to*': { type: 'string', format: 'date' },
  }),
  tool('check_company', 'Checks a company by its INN.', { 'inn*': { type: 'string', pattern: String.raw`^(\d{10}|\d{12})$` } }),
] // prettier-ignore

/** A tool as a model sees it; a `*` behind a name marks a required parameter. */
function tool(name: string, description: string, properties: Readonly<Record<string, object>>): ToolSpec {
  const entries = Object.entries(properties)
  const required = entries.filter(([key]) => key.endsWith('*')).map(([key]) => key.slice(0, -1))
  const bare = Object.fromEntries(entries.map(([key, schema]) => [key.replace('*', ''), schema]))
  return { name, description, inputSchema: { type: 'object', properties: bare, required } }
}

export async function ask(request: Partial<ModelRequest> & { text?: string }): Promise<readonly ModelPart[]> {
  const { text = '', ...rest } = request
  const parts: ModelPart[] = []
  const full = {
    instructions: '',
    messages: [{ role: 'user', text }] as Message[],
    tools: [],
    ...rest,
  }
  const model = createOfflineModel({ now: () => NOW })
  for await (const part of model.stream(full, { signal: new AbortController().signal })) parts.push(part)
  return parts
}

export function callsOf(parts: readonly ModelPart[]): readonly unknown[] {
  return parts.flatMap((part) => (part.type === 'tool-call' ? [[part.tool, JSON.parse(part.input)]] : []))
}

export function textOf(parts: readonly ModelPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Plays the engine: the calls become part of the conversation, each with its output. */
export function answerCalls(
  messages: Message[],
  parts: readonly ModelPart[],
  outputs: readonly unknown[],
): void {
  const toolCalls = parts.filter((part) => part.type === 'tool-call')
  messages.push({ role: 'assistant', text: textOf(parts), toolCalls })
  for (const [index, { callId, tool }] of toolCalls.entries())
    messages.push({ role: 'tool', callId, tool, output: JSON.stringify(outputs[index]) })
}
