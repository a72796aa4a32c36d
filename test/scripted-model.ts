import type { Model, ModelPart, ModelRequest } from '../src/models/model.ts'

type LiveStep = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelPart>
type Step = readonly ModelPart[] | LiveStep

export interface ScriptedModel extends Model {
  /** What it was asked, in order. */
  readonly requests: readonly ModelRequest[]
}

/** A model that plays one step for each request and repeats the last one; real in all but its thinking. */
export function scriptedModel(...steps: readonly Step[]): ScriptedModel {
  const requests: ModelRequest[] = []
  return {
    id: 'scripted',
    requests,
    async *stream(request, { signal }) {
      const step = steps[Math.min(requests.length, steps.length - 1)] ?? []
      requests.push({ ...request, messages: [...request.messages] })
      yield* typeof step === 'function' ? step(request, signal) : step
    },
  }
}

export function text(...pieces: readonly string[]): readonly ModelPart[] {
  return [...pieces.map((piece) => ({ type: 'text', text: piece }) as const), finish('stop')]
}

export function calls(...list: readonly (readonly [tool: string, input: unknown])[]): readonly ModelPart[] {
  const parts = list.map(
    ([tool, input], index) =>
      ({ type: 'tool-call', callId: `call-${index + 1}`, tool, input: JSON.stringify(input) }) as const,
  )
  return [...parts, finish('tool-calls')]
}

export function finish(reason: Extract<ModelPart, { type: 'finish' }>['reason']): ModelPart {
  return { type: 'finish', reason, usage: { inputTokens: 10, outputTokens: 5 } }
}

/** A model's step that says `pieces` and then waits until it is aborted. */
export function hanging(...pieces: readonly string[]): LiveStep {
  return async function* hang(_request, signal) {
    for (const piece of pieces) yield { type: 'text', text: piece }
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }
}

/** A model's step that fails after `pieces`. */
export function failing(error: Error, ...pieces: readonly string[]): LiveStep {
  // oxlint-disable-next-line require-await -- an async generator is what a model gives
  return async function* fail() {
    for (const piece of pieces) yield { type: 'text', text: piece }
    throw error
  }
}

/** A model's step that says `before`, waits until it is let go on, and says `after`. */
export function gated(
  before: string,
  after: string,
): {
  readonly step: LiveStep
  readonly open: () => void
} {
  const gate = Promise.withResolvers<void>()
  async function* step(): AsyncGenerator<ModelPart> {
    yield { type: 'text', text: before }
    await gate.promise
    yield { type: 'text', text: after }
    yield finish('stop')
  }
  return { step, open: gate.resolve }
}
