import type { Model, ModelPart, ModelRequest } from '../src/models/model.ts'

/** A short question, changed where a test says so. */
export function ask(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    instructions: 'Be brief.',
    messages: [{ role: 'user', text: 'Hi' }],
    tools: [],
    ...overrides,
  }
}

/** All parts of one answer. */
export async function readParts(
  model: Model,
  request: ModelRequest = ask(),
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelPart[]> {
  const parts: ModelPart[] = []
  for await (const part of model.stream(request, { signal })) parts.push(part)
  return parts
}

export function textOf(parts: readonly ModelPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
