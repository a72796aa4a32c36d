import { AppError } from '../errors.ts'
import type { RolloutOptions } from '../rollout-options.ts'
import type { ServedBot } from '../served-bot.ts'
import type { Audit, RolloutMove, RolloutStore, StoredRollout } from '../store/store.ts'
import { fitPlan, hashOptions } from './plan.ts'
import { isOpen } from './revision-chooser.ts'
import type { Explanation, Order, RolloutDesk, RolloutView, StartedRollout, StartOrder } from './rollout.ts'
import { toDecisionView, toRolloutView } from './rollout-view.ts'

export interface DeskOptions {
  readonly store: RolloutStore
  readonly audit: Audit
  /** Names of the bots in code, for whoever has named none of them. */
  readonly bots: readonly string[]
  /** The revision of a bot that is stable now; undefined when there is no such bot. */
  readonly stableOf: (bot: string) => Promise<ServedBot | undefined>
  /** Candidates of a bot in code. */
  readonly candidatesOf: (bot: string) => readonly ServedBot[]
  /** Any revision of a bot that can be served, by its whole name. */
  readonly revision: (bot: string, revision: string) => Promise<ServedBot | undefined>
  /** How long after a start every server knows of it, in milliseconds. */
  readonly knownAfterMs: number
  readonly optionsOf: (bot: string) => RolloutOptions
  /** Told after each change, so that this process acts on it at once. */
  readonly onChange: () => Promise<void>
}

/** Decisions that are shown. */
const MOST_DECISIONS = 200

/** What operators do with rollouts, on the database. */
export class StoredDesk implements RolloutDesk {
  readonly #options: DeskOptions

  constructor(options: DeskOptions) {
    this.#options = options
  }

  async start(bot: string, { revision, ...by }: StartOrder): Promise<StartedRollout> {
    const { store, optionsOf, knownAfterMs, onChange } = this.#options
    const stable = await this.#requireBot(bot)
    const candidate = await this.#candidateOf(stable, revision)
    const { options, outlook } = fitPlan(optionsOf(bot), await store.turnsPerDay(bot))
    const created = await store.create(
      {
        bot,
        stable: stable.revision,
        candidate,
        options,
        optionsHash: hashOptions(options),
        beginsInMs: knownAfterMs,
      },
      by,
    )
    if (!created) throw refused(`A rollout of "${bot}" is open; finish it with promote --full or abort.`)
    await onChange()
    return { rollout: toRolloutView(created), outlook }
  }

  async list(): Promise<readonly RolloutView[]> {
    return (await this.#options.store.list()).map(toRolloutView)
  }

  async status(bot: string): Promise<RolloutView> {
    return toRolloutView(await this.#require(bot))
  }

  async pause(bot: string, by: Order): Promise<RolloutView> {
    return this.#move(bot, by, (rollout) => {
      if (rollout.status !== 'running')
        throw refused(`The rollout is ${rollout.status}; only a running one is paused.`)
      return { status: 'paused', stage: rollout.stage, newWindow: false }
    })
  }

  async resume(bot: string, by: Order): Promise<RolloutView> {
    return this.#move(bot, by, (rollout) => {
      if (rollout.status !== 'paused')
        throw refused(`The rollout is ${rollout.status}; only a paused one goes on.`)
      return { status: 'running', stage: rollout.stage, newWindow: true }
    })
  }

  async abort(bot: string, by: Order): Promise<RolloutView> {
    return this.#move(bot, by, (rollout) => {
      if (rollout.status === 'aborted' || rollout.status === 'rolled-back')
        throw refused(`The rollout is ${rollout.status} already.`)
      return { status: 'aborted', stage: rollout.stage, newWindow: false }
    })
  }

  async promote(
    bot: string,
    { full = false, ...by }: Order & { readonly full?: boolean },
  ): Promise<RolloutView> {
    return this.#move(bot, by, (rollout) => {
      const { status, stage, options } = rollout
      if (!isOpen(status))
        throw refused(`The rollout is ${status}; only one that runs or is paused is promoted.`)
      const last = stage + 1 >= options.plan.length
      return full || last
        ? { status: 'promoted', stage: options.plan.length - 1, newWindow: false }
        : { status: 'running', stage: stage + 1, newWindow: true }
    })
  }

  async explain(bot: string): Promise<Explanation> {
    const rollout = await this.#require(bot)
    const { audit } = this.#options
    const entries = await audit.list({
      topic: 'rollout',
      name: bot,
      subject: rollout.id,
      limit: MOST_DECISIONS,
    })
    return {
      rollout: toRolloutView(rollout),
      decisions: entries.map(toDecisionView),
      brokenAt: (await audit.findBreak()) ?? null,
    }
  }

  async #candidateOf(stable: ServedBot, wanted: string | undefined): Promise<string> {
    const { name } = stable.bot
    const others = this.#options
      .candidatesOf(name)
      .map(({ revision }) => revision)
      .filter((revision) => revision !== stable.revision)
    if (wanted !== undefined) {
      const [found, another] = others.filter((revision) => revision.startsWith(wanted))
      if (found !== undefined && another === undefined) return found
      const published = wanted === stable.revision ? undefined : await this.#options.revision(name, wanted)
      if (published) return published.revision
      throw refused(
        `"${name}" has no candidate with the revision ${wanted}; it has ${others.join(', ') || 'none'}.`,
      )
    }
    const [only, second] = others
    if (only === undefined)
      throw refused(`"${name}" has no candidate; list the new revision in \`candidates\` of defineConfig().`)
    if (second !== undefined)
      throw refused(`"${name}" has several candidates; choose one with --revision: ${others.join(', ')}.`)
    return only
  }

  async #require(bot: string): Promise<StoredRollout> {
    const [rollout] = await this.#options.store.list(bot)
    if (rollout) return rollout
    await this.#requireBot(bot)
    throw new AppError('rollout_not_found', { params: { bot } })
  }

  async #requireBot(bot: string): Promise<ServedBot> {
    const { stableOf, bots } = this.#options
    const stable = await stableOf(bot)
    if (stable) return stable
    throw new AppError('rollout_bot_not_found', { params: { bot, bots: bots.join(', ') } })
  }

  async #move(
    bot: string,
    by: Order,
    choose: (rollout: StoredRollout) => Pick<RolloutMove, 'status' | 'stage' | 'newWindow'>,
  ): Promise<RolloutView> {
    const rollout = await this.#require(bot)
    const detail = rollout.judgement ?? null
    const moved = await this.#options.store.move(rollout, {
      ...choose(rollout),
      ...by,
      detail,
      fenced: false,
    })
    if (!moved) throw refused('The rollout has moved in the meantime; look at it and decide again.')
    await this.#options.onChange()
    return this.status(bot)
  }
}

function refused(problem: string): AppError {
  return new AppError('rollout_refused', { params: { problem } })
}
