import { SpanKind, type Span } from '@opentelemetry/api'
import type { TerminalEvent } from '../events.ts'
import type { Passage, ToolCall } from '../messages.ts'
import type { ModelRequest } from '../models/model.ts'
import { BOTYARD, GEN_AI } from '../trace-attributes.ts'
import { failSpan, inSpan, isTraced } from '../tracing.ts'
import type { TurnFacts } from './turn-facts.ts'
import type { TurnInput } from './turn.ts'

interface TracedTurn {
  readonly input: TurnInput
  readonly facts: TurnFacts
  readonly channel: string
}

/** The span of a whole turn. */
export function traceTurn(
  { input, facts, channel }: TracedTurn,
  run: () => Promise<TerminalEvent>,
): Promise<TerminalEvent> {
  if (!isTraced()) return run()
  const { bot, revision, model, conversationId, turnId } = input
  const attributes = {
    [GEN_AI.operation]: 'invoke_agent',
    [GEN_AI.agent]: bot.name,
    [GEN_AI.conversation]: conversationId,
    [GEN_AI.requestModel]: modelOf(model.id),
    [BOTYARD.turn]: turnId,
    [BOTYARD.channel]: channel,
    [BOTYARD.revision]: revision,
  }
  return inSpan(`invoke_agent ${bot.name}`, { attributes }, async (span) => {
    const last = await run()
    span?.setAttributes({
      [GEN_AI.inputTokens]: facts.inputTokens,
      [GEN_AI.outputTokens]: facts.outputTokens,
      [BOTYARD.outcome]: last.type === 'end' ? last.reason : last.code,
    })
    if (span && last.type === 'error') failSpan(span, last.code)
    return last
  })
}

/** The span of one call to the model, from the request to the last part. */
export function traceModel<Result>(
  id: string,
  request: ModelRequest,
  run: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  if (!isTraced()) return run(undefined)
  const { temperature, maxOutputTokens } = request
  const attributes = {
    [GEN_AI.operation]: 'chat',
    [GEN_AI.provider]: providerOf(id),
    [GEN_AI.requestModel]: modelOf(id),
    [GEN_AI.requestStream]: true,
    ...(temperature !== undefined && { [GEN_AI.temperature]: temperature }),
    ...(maxOutputTokens !== undefined && { [GEN_AI.maxTokens]: maxOutputTokens }),
  }
  return inSpan(`chat ${modelOf(id)}`, { kind: SpanKind.CLIENT, attributes }, run)
}

/** The span of a search in a bot's knowledge. */
export function traceSearch(
  bot: string,
  run: () => Promise<readonly Passage[] | undefined>,
): Promise<readonly Passage[] | undefined> {
  const attributes = { [GEN_AI.operation]: 'retrieval', [GEN_AI.dataSource]: bot }
  return inSpan(`retrieval ${bot}`, { attributes }, async (span) => {
    const passages = await run()
    span?.setAttribute(BOTYARD.passages, passages?.length ?? 0)
    return passages
  })
}

/** The span of one call of a tool; a failure the model is told of is a failure here, too. */
export function traceTool<Result extends { readonly ok: boolean }>(
  { tool, callId }: ToolCall,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!isTraced()) return run()
  const attributes = {
    [GEN_AI.operation]: 'execute_tool',
    [GEN_AI.tool]: tool,
    [GEN_AI.toolCall]: callId,
    [GEN_AI.toolType]: 'function',
  }
  return inSpan(`execute_tool ${tool}`, { attributes }, async (span) => {
    const result = await run()
    if (span && !result.ok) failSpan(span, 'tool_failed')
    return result
  })
}

/** The names the conventions have for providers, where they differ from ours. */
const PROVIDERS: Readonly<Record<string, string>> = { grok: 'x_ai' }

function providerOf(id: string): string {
  const [name = id] = id.split('/')
  return PROVIDERS[name] ?? name
}

function modelOf(id: string): string {
  return id.slice(id.indexOf('/') + 1)
}
