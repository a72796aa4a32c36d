import type { Counter, Histogram, Registry } from 'prom-client'
import { addCounter, addHistogram } from './add-metric.ts'
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

type SpokenTurn = Pick<CountedTurn, Kind>

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

type Kind = 'bot' | 'revision' | 'channel' | 'model'

const KIND: Kind[] = ['bot', 'revision', 'channel', 'model']

/** The turns of this process, as histograms; the names are those of the field, and of guide 001. */
export class TurnMetrics {
  readonly #kinds = new BoundedLabels(MOST_KINDS)
  readonly #toolNames = new BoundedLabels(MOST_TOOLS)
  readonly #turns: Counter<Kind | 'outcome'>
  readonly #firstToken: Histogram<Kind>
  readonly #firstAudio: Histogram<Kind>
  readonly #duration: Histogram<Kind>
  readonly #tokens: Histogram<Kind | 'direction'>
  readonly #tools: Histogram<'tool' | 'outcome'>
  readonly #queueWait: Histogram<'channel'>
  readonly #search: Histogram<'bot'>
  readonly #providerErrors: Counter<'provider' | 'kind'>
  readonly #retries: Counter<'provider'>
  /** Guide 001 names these two. */
  readonly #requests: Counter
  readonly #seconds: Histogram

  constructor(registry: Registry) {
    const seconds = { buckets: SECONDS }
    const byKind = (name: string, help: string): Histogram<Kind> =>
      addHistogram(registry, { name, help, labelNames: KIND, ...seconds })
    this.#turns = addCounter(registry, {
      name: 'chat_turns_total',
      help: 'Turns that ended',
      labelNames: [...KIND, 'outcome'],
    })
    this.#firstToken = byKind('chat_first_token_seconds', 'From the begin of a turn to its first text')
    this.#firstAudio = byKind('chat_first_audio_seconds', 'From the begin of a turn to its first sound')
    this.#duration = byKind('chat_turn_seconds', 'From the begin of a turn to its end')
    this.#tokens = addHistogram(registry, {
      name: 'chat_turn_tokens',
      help: 'Tokens of a turn',
      labelNames: [...KIND, 'direction'],
      buckets: TOKENS,
    })
    this.#tools = addHistogram(registry, {
      name: 'chat_tool_seconds',
      help: 'How long a call of a tool took',
      labelNames: ['tool', 'outcome'],
      buckets: SHORT_SECONDS,
    })
    this.#queueWait = addHistogram(registry, {
      name: 'chat_queue_wait_seconds',
      help: 'How long a message waited for its turn',
      labelNames: ['channel'],
      ...seconds,
    })
    this.#search = addHistogram(registry, {
      name: 'chat_retrieval_seconds',
      help: 'How long a search took',
      labelNames: ['bot'],
      buckets: SHORT_SECONDS,
    })
    this.#providerErrors = addCounter(registry, {
      name: 'chat_provider_errors_total',
      help: 'Failures of models, retried or not',
      labelNames: ['provider', 'kind'],
    })
    this.#retries = addCounter(registry, {
      name: 'chat_provider_retries_total',
      help: 'Calls to models that were begun again',
      labelNames: ['provider'],
    })
    this.#requests = addCounter(registry, { name: 'chat_requests_total', help: 'Chat requests' })
    this.#seconds = addHistogram(registry, {
      name: 'chat_duration_seconds',
      help: 'How long chat requests took',
      ...seconds,
    })
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

  /** Speech goes on after a turn has ended, and is counted then. */
  countFirstAudio({ bot, revision, channel, model }: SpokenTurn, ms: number): void {
    this.#firstAudio.observe({ ...this.#kinds.bound({ bot, revision, channel, model }) }, ms / 1_000)
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
