import {
  ErrorCode,
  OpenFeatureEventEmitter,
  ProviderEvents,
  StandardResolutionReasons,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from '@openfeature/server-sdk'
import { decideFlag, halfOf } from '../flags/decide-flag.ts'
import type { FlagDecision, FlagState } from '../flags/flags.ts'
import type { RolloutView } from '../rollout/rollout.ts'
import { resolveRollout, ROLLOUT_PREFIX } from './resolve-rollout.ts'

export interface BotyardProviderOptions {
  /** Where the server is, such as `http://localhost:5000`. */
  readonly url: string
  /** Of an operator (`botyard token`); not needed on the server's own computer in development. */
  readonly token?: string
  /** How often the flags are read, in milliseconds. Default 1000. */
  readonly pollMs?: number
}

/** How long the server may take to answer. */
const TIMEOUT_MS = 5_000

/**
 * Evaluates the flags of a Botyard server in this process: they are read again and again, and an evaluation waits for
 * nothing. `targetingKey` is the identifier; `userId`, `sessionId`, `ip` and `chatbotId` count as in guide 002. While the
 * server is away the last flags stay, with the reason `STALE`. The key `rollout.` and a bot's name says which revision
 * somebody meets (`targetingKey` is then the subject their channel knows them by, such as `user:7`).
 *
 * @example
 * await OpenFeature.setProviderAndWait(new BotyardProvider({ url: 'http://localhost:5000' }))
 * await OpenFeature.getClient().getBooleanValue('streaming', true, { targetingKey: 'user-1' })
 */
export class BotyardProvider implements Provider {
  readonly metadata = { name: 'botyard' } as const
  readonly runsOn = 'server' as const
  readonly events = new OpenFeatureEventEmitter()
  readonly #options: BotyardProviderOptions
  #flags: ReadonlyMap<string, FlagState> = new Map()
  #rollouts: ReadonlyMap<string, RolloutView> = new Map()
  #read = ''
  #stale = false
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: BotyardProviderOptions) {
    this.#options = options
  }

  /** Rejects when the server does not answer, or not to this token. */
  async initialize(): Promise<void> {
    await this.#refresh()
    this.#pollLater()
  }

  async onClose(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async resolveBooleanEvaluation(
    key: string,
    usual: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    const rollout = this.#rollouts.get(key)
    if (rollout)
      return this.#aged(resolveRollout(rollout, context.targetingKey), (met) => met === 'candidate')
    const flag = this.#flags.get(key)
    if (!flag) return notFound(key, usual)
    const decision = decideFlag(flag, identifierOf(context), this.#abTest())
    return { value: decision.on, ...this.#details(flag, decision) }
  }

  /** `abTest` as text is the half that somebody is in. */
  async resolveStringEvaluation(
    key: string,
    usual: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    const rollout = this.#rollouts.get(key)
    if (rollout) return this.#aged(resolveRollout(rollout, context.targetingKey), (met) => rollout[met])
    const flag = this.#flags.get(key)
    if (!flag) return notFound(key, usual)
    const identifier = identifierOf(context)
    if (key !== 'abTest' || identifier === undefined) return wrongType(usual)
    if (!flag.enabled) return { value: usual, reason: StandardResolutionReasons.DISABLED }
    const variant = halfOf(identifier)
    return { value: variant, ...this.#details(flag, { on: true, reason: 'SPLIT', variant }) }
  }

  /** A flag as a number is its percentage. */
  async resolveNumberEvaluation(key: string, usual: number): Promise<ResolutionDetails<number>> {
    const flag = this.#flags.get(key)
    if (!flag) return notFound(key, usual)
    const decision = { on: flag.enabled, reason: flag.enabled ? 'STATIC' : 'DISABLED' } as const
    return { value: flag.enabled ? flag.percentage : 0, ...this.#details(flag, decision) }
  }

  async resolveObjectEvaluation<T extends JsonValue>(key: string, usual: T): Promise<ResolutionDetails<T>> {
    return this.#flags.has(key) ? wrongType(usual) : notFound(key, usual)
  }

  #aged<Value>(
    { met, ...details }: ReturnType<typeof resolveRollout>,
    toValue: (met: 'candidate' | 'stable') => Value,
  ): ResolutionDetails<Value> {
    const aged = this.#stale && { reason: StandardResolutionReasons.STALE }
    return { value: toValue(met), ...details, ...aged }
  }

  #details(flag: FlagState, { on, reason, variant }: FlagDecision): Omit<ResolutionDetails<never>, 'value'> {
    const { percentage, allow, deny } = flag
    return {
      reason: this.#stale ? StandardResolutionReasons.STALE : reason,
      variant: variant ?? (on ? 'on' : 'off'),
      flagMetadata: { percentage, decidedBy: reason, allowed: allow.length, denied: deny.length },
    }
  }

  #abTest(): Pick<FlagState, 'enabled' | 'variant'> {
    return this.#flags.get('abTest') ?? { enabled: false, variant: 'A' }
  }

  #pollLater(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => void this.#poll(), this.#options.pollMs ?? 1_000).unref()
  }

  async #poll(): Promise<void> {
    try {
      const changed = await this.#refresh()
      if (this.#stale) this.events.emit(ProviderEvents.Ready)
      else if (changed.length > 0)
        this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...changed] })
      this.#stale = false
    } catch {
      if (!this.#stale) this.events.emit(ProviderEvents.Stale, { message: 'the server does not answer' })
      this.#stale = true
    }
    this.#pollLater()
  }

  /** Returns the names of what changed. */
  async #refresh(): Promise<readonly string[]> {
    const [flags, rollouts] = await Promise.all([this.#get('/api/flags'), this.#get('/api/rollouts')])
    if (flags + rollouts === this.#read) return []
    const before = new Map<string, unknown>([...this.#flags, ...this.#rollouts])
    const read = {
      ...(JSON.parse(flags) as { readonly flags: readonly FlagState[] }),
      ...(JSON.parse(rollouts) as { readonly rollouts: readonly RolloutView[] }),
    }
    this.#flags = new Map(read.flags.map((flag) => [flag.name, flag]))
    this.#rollouts = new Map(read.rollouts.map((rollout) => [ROLLOUT_PREFIX + rollout.bot, toShown(rollout)]))
    this.#read = flags + rollouts
    return [...this.#flags, ...this.#rollouts]
      .filter(([key, value]) => JSON.stringify(before.get(key)) !== JSON.stringify(value))
      .map(([key]) => key)
  }

  async #get(path: string): Promise<string> {
    const { url, token } = this.#options
    const reply = await fetch(new URL(path, url), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(token && { headers: { authorization: `Bearer ${token}` } }),
    })
    if (!reply.ok) throw new Error(`the server answered with status ${reply.status}`)
    return reply.text()
  }
}

/** Without what changes with every look, which is no change of what people meet. */
function toShown(rollout: RolloutView): RolloutView {
  return { ...rollout, judgement: null }
}

function identifierOf(context: EvaluationContext): string | undefined {
  const { targetingKey, userId, sessionId, ip, chatbotId } = context
  return [targetingKey, userId, sessionId, ip, chatbotId].find(
    (identifier): identifier is string => typeof identifier === 'string' && identifier !== '',
  )
}

function notFound<Value>(key: string, value: Value): ResolutionDetails<Value> {
  return {
    value,
    reason: StandardResolutionReasons.ERROR,
    errorCode: ErrorCode.FLAG_NOT_FOUND,
    errorMessage: `there is no flag "${key}"`,
  }
}

function wrongType<Value>(value: Value): ResolutionDetails<Value> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.TYPE_MISMATCH }
}
