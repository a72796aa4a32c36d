import { Counter, Histogram, type Registry } from 'prom-client'
import { BoundedLabels } from './bounded-labels.ts'

/** What is counted of a turn that has ended. */
export interface CountedTurn {
  readonly bot: string
  readonly channel: string
  readonly revision: string
  readonly model: string
  readonly outcome: string
  readonly errorCode: string | null
  readonly firstTokenMs: number | null
  readonly firstAudioMs: number | null
  readonly durationMs: number
  readonly queueMs: number | null
  readonly searchMs: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  readonly tools: readonly { readonly tool: string; readonly ok: boolean; readonly ms: number }[]
}

/** In seconds: within a few percent of the true p95 where people notice a difference. */
export const SECONDS = [
  0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 30,
  60,
]
const SHORT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144]

/** Different sets of bot, revision, channel and model that are told apart; each is about a hundred series. */
const MOST_KINDS = 50
const MOST_TOOLS = 100

const KIND = ['bot', 'revision', 'channel', 'model'] as const

/** The turns of this process, as histograms; the names are those of the field, and of guide 001. */
export class TurnMetrics {
  readonly #kinds = new BoundedLabels(MOST_KINDS)
  readonly #toolNames = new BoundedLabels(MOST_TOOLS)
  readonly #turns: Counter<(typeof KIND)[number] | 'outcome'>
  readonly #firstToken: Histogram<(typeof KIND)[number]>
  readonly #firstAudio: Histogram<(typeof KIND)[number]>
  readonly #duration: Histogram<(typeof KIND)[number]>
  readonly #tokens: Histogram<(typeof KIND)[number] | 'direction'>
  readonly #tools: Histogram<'tool' | 'outcome'>
  readonly #queueWait: Histogram<'channel'>
  readonly #search: Histogram<'bot'>
  readonly #providerErrors: Counter<'provider' | 'kind'>
  readonly #retries: Counter<'provider'>
  /** Guide 001 names these two. */
  readonly #requests: Counter
  readonly #seconds: Histogram

  constructor(registry: Registry) {
    const registers = [registry]
    const histogram = <Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[],
      buckets: number[] = SECONDS,
    ): Histogram<Label> => new Histogram({ name, help, labelNames: [...labelNames], buckets, registers })
    this.#turns = new Counter({
      name: 'chat_turns_total',
      help: 'Turns that ended',
      labelNames: [...KIND, 'outcome'],
      registers,
    })
    this.#firstToken = histogram(
      'chat_first_token_seconds',
      'From the begin of a turn to its first text',
      KIND,
    )
    this.#firstAudio = histogram(
      'chat_first_audio_seconds',
      'From the begin of a turn to its first sound',
      KIND,
    )
    this.#duration = histogram('chat_turn_seconds', 'From the begin of a turn to its end', KIND)
    this.#tokens = histogram('chat_turn_tokens', 'Tokens of a turn', [...KIND, 'direction'], TOKENS)
    this.#tools = histogram(
      'chat_tool_seconds',
      'How long a call of a tool took',
      ['tool', 'outcome'],
      SHORT_SECONDS,
    )
    this.#queueWait = histogram('chat_queue_wait_seconds', 'How long a message waited for its turn', [
      'channel',
    ])
    this.#search = histogram('chat_retrieval_seconds', 'How long a search took', ['bot'], SHORT_SECONDS)
    this.#providerErrors = new Counter({
      name: 'chat_provider_errors_total',
      help: 'Failures of models, retried or not',
      labelNames: ['provider', 'kind'],
      registers,
    })
    this.#retries = new Counter({
      name: 'chat_provider_retries_total',
      help: 'Calls to models that were begun again',
      labelNames: ['provider'],
      registers,
    })
    this.#requests = new Counter({ name: 'chat_requests_total', help: 'Chat requests', registers })
    this.#seconds = histogram('chat_duration_seconds', 'How long chat requests took', [])
  }

  count(turn: CountedTurn): void {
    const { bot, revision, channel, model } = turn
    const kind = { ...this.#kinds.bound({ bot, revision, channel, model }) }
    this.#turns.inc({ ...kind, outcome: turn.outcome })
    this.#duration.observe(kind, turn.durationMs / 1_000)
    if (turn.firstTokenMs !== null) this.#firstToken.observe(kind, turn.firstTokenMs / 1_000)
    if (turn.firstAudioMs !== null) this.#firstAudio.observe(kind, turn.firstAudioMs / 1_000)
    this.#tokens.observe({ ...kind, direction: 'input' }, turn.inputTokens)
    this.#tokens.observe({ ...kind, direction: 'output' }, turn.outputTokens)
    if (turn.queueMs !== null) this.#queueWait.observe({ channel }, turn.queueMs / 1_000)
    if (turn.searchMs !== null) this.#search.observe({ bot: kind.bot }, turn.searchMs / 1_000)
    for (const { tool, ok, ms } of turn.tools)
      this.#tools.observe({ ...this.#toolNames.bound({ tool }), outcome: ok ? 'ok' : 'failed' }, ms / 1_000)
    if (turn.errorCode?.startsWith('model_')) this.countProviderError(model, turn.errorCode)
    this.#requests.inc()
    this.#seconds.observe(turn.durationMs / 1_000)
  }

  /** `model` as in its id; what failed before a retry counts here, too. */
  countProviderError(model: string, code: string): void {
    this.#providerErrors.inc({ provider: providerOf(model), kind: code })
  }

  countRetry(model: string): void {
    this.#retries.inc({ provider: providerOf(model) })
  }
}

function providerOf(model: string): string {
  return model.split('/')[0] ?? model
}
