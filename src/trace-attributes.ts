/**
 * Names of the OpenTelemetry semantic conventions for generative AI, v1.41.1 of 2026-05-11 (status: development). Kept
 * here because the package of the conventions marks its own as moved. What people and models say is in no span: the
 * conventions make that opt-in, and we leave it out.
 */
export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  agent: 'gen_ai.agent.name',
  conversation: 'gen_ai.conversation.id',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  maxTokens: 'gen_ai.request.max_tokens',
  temperature: 'gen_ai.request.temperature',
  finishReasons: 'gen_ai.response.finish_reasons',
  /** Seconds. */
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  tool: 'gen_ai.tool.name',
  toolCall: 'gen_ai.tool.call.id',
  toolType: 'gen_ai.tool.type',
  dataSource: 'gen_ai.data_source.id',
} as const

/** Our own names. */
export const BOTYARD = {
  requestId: 'botyard.request.id',
  turn: 'botyard.turn.id',
  channel: 'botyard.channel',
  revision: 'botyard.revision',
  outcome: 'botyard.outcome',
  message: 'botyard.message.id',
  attempt: 'botyard.attempt',
  part: 'botyard.delivery.part',
  passages: 'botyard.passages',
} as const
