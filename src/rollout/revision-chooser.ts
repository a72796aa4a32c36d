import type { ConversationKey, ConverseRequest } from '../conversation.ts'
import type { ServedBot } from '../served-bot.ts'
import type { RolloutStore, StoredRollout } from '../store/store.ts'
import { isChosen } from './bucket.ts'

export interface ChooserOptions {
  readonly store: Pick<RolloutStore, 'lastTurn'>
  /** The bot as this server is configured, or as it was published; undefined when there is none of that name. */
  readonly find: (name: string) => ServedBot | undefined
  /** Another revision of a bot, when this server can serve it. */
  readonly revision: (bot: string, revision: string) => Promise<ServedBot | undefined>
  /** Told once that this server lacks a revision that a rollout names. */
  readonly onMissing: (missing: { readonly bot: string; readonly revision: string }) => void
}

/** Says which revision answers: the configured one, what a rollout promoted, or a rollout's choice. */
export class RevisionChooser {
  readonly #options: ChooserOptions
  readonly #missing = new Set<string>()
  #byBot = new Map<string, readonly StoredRollout[]>()
  /** By how much the database's clock is ahead, in milliseconds. */
  #clockLead = 0

  constructor(options: ChooserOptions) {
    this.#options = options
  }

  /** The rollouts that count from now on; see `RolloutStore.active`. */
  update(active: readonly StoredRollout[]): void {
    this.#byBot = Map.groupBy(active, ({ bot }) => bot)
    const now = active[0]?.now
    if (now) this.#clockLead = now.getTime() - Date.now()
  }

  /** The rollouts that are running or paused. */
  open(): readonly StoredRollout[] {
    return [...this.#byBot.values()].flat().filter(({ status }) => isOpen(status))
  }

  /** See `HostOptions.choose`; a promise only while a rollout has a say. */
  choose(request: ConverseRequest): ServedBot | undefined | Promise<ServedBot> {
    const { bot } = request.conversation
    const configured = this.#options.find(bot)
    const rollouts = this.#byBot.get(bot)
    return configured && rollouts ? this.#chooseAmong(rollouts, configured, request) : configured
  }

  /** The revision that is stable on this server. */
  async stableOf(bot: string): Promise<ServedBot | undefined> {
    const configured = this.#options.find(bot)
    return configured && (await this.#followPromotions(configured, this.#byBot.get(bot) ?? [])).stable
  }

  async #chooseAmong(
    rollouts: readonly StoredRollout[],
    configured: ServedBot,
    request: ConverseRequest,
  ): Promise<ServedBot> {
    const { stable, earlier, promotion } = await this.#followPromotions(configured, rollouts)
    const open = rollouts.find(({ status, stable: base }) => isOpen(status) && base === stable.revision)
    if (open) return await this.#chooseArm(open, stable, request)
    // A conversation that still goes on stays with the revision it began with.
    const last =
      promotion && this.#isFresh(promotion) && (await this.#lastRevision(promotion, request.conversation))
    return last === earlier.revision ? earlier : stable
  }

  /** A promotion holds where its old revision is configured, and ends where another one is. */
  async #followPromotions(configured: ServedBot, rollouts: readonly StoredRollout[]): Promise<Promotions> {
    let found: Promotions = { stable: configured, earlier: configured, promotion: undefined }
    for (const promotion of rollouts) {
      if (isOpen(promotion.status) || promotion.stable !== found.stable.revision) continue
      const promoted = await this.#served(promotion)
      if (promoted) found = { stable: promoted, earlier: found.stable, promotion }
    }
    return found
  }

  #isFresh({ changedAt, options, status }: StoredRollout): boolean {
    const over = changedAt.getTime() + options.idleMinutes * 60_000
    return status === 'promoted' && this.#now() < over
  }

  /** On the database's clock. */
  #now(): number {
    return Date.now() + this.#clockLead
  }

  async #chooseArm(open: StoredRollout, stable: ServedBot, request: ConverseRequest): Promise<ServedBot> {
    const candidate = await this.#served(open)
    if (!candidate) return stable
    const last = await this.#lastRevision(open, request.conversation)
    if (last === candidate.revision) return candidate
    if (last === stable.revision || this.#now() < open.stageStartedAt.getTime()) return stable
    const percent = open.options.plan[open.stage]?.percent ?? 0
    const person = personOf(request)
    return person !== '' && isChosen(open.id, person, percent) ? candidate : stable
  }

  /** What answered last in a conversation that still goes on. */
  async #lastRevision(
    { options }: StoredRollout,
    { bot, channel, key }: ConversationKey,
  ): Promise<string | undefined> {
    const last = await this.#options.store.lastTurn({ bot, channel, key })
    return last && last.agoMs < options.idleMinutes * 60_000 ? last.revision : undefined
  }

  /** A deploy may run servers beside each other of which only some know the candidate. */
  async #served({ bot, candidate }: StoredRollout): Promise<ServedBot | undefined> {
    const found = await this.#options.revision(bot, candidate)
    if (!found && !this.#missing.has(candidate)) {
      this.#missing.add(candidate)
      this.#options.onMissing({ bot, revision: candidate })
    }
    return found
  }
}

/** Where promotions lead from the configured revision. */
interface Promotions {
  readonly stable: ServedBot
  /** What was stable before the last of them. */
  readonly earlier: ServedBot
  readonly promotion: StoredRollout | undefined
}

export function isOpen(status: StoredRollout['status']): boolean {
  return status === 'running' || status === 'paused'
}

/** Who is given a revision: a person, or the group whose conversation it is. */
function personOf({ subject, group, conversation }: ConverseRequest): string {
  return group ? `${conversation.channel}/${conversation.key}` : subject
}
