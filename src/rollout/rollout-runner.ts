import type { ServedBot } from '../served-bot.ts'
import type { RolloutMove, RolloutStore, StoredRollout } from '../store/store.ts'
import { evaluate, EVALUATOR } from './evaluate.ts'
import { isOpen, type RevisionChooser } from './revision-chooser.ts'

export interface RunnerOptions {
  readonly store: RolloutStore
  readonly chooser: RevisionChooser
  /** The bot as this server is configured. */
  readonly find: (name: string) => ServedBot | undefined
  /** How often an open rollout is judged, by one server of all. */
  readonly evaluateMs: number
  readonly onMove: (rollout: StoredRollout, move: Pick<RolloutMove, 'status' | 'stage' | 'reason'>) => void
  readonly onProblem: (rollout: StoredRollout, error: unknown) => void
}

/** Keeps this server's copy of the rollouts fresh, and judges the open ones when it is the first to come by. */
export class RolloutRunner {
  readonly #options: RunnerOptions
  readonly #judging = new Map<string, Promise<void>>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Reads what counts now. Judging goes on beside it, so that it never delays what is read. */
  async refresh(): Promise<void> {
    const { store, chooser } = this.#options
    const active = await store.active()
    chooser.update(active)
    for (const rollout of active) this.#judgeOnce(rollout)
  }

  /** Resolves when nothing is judged any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#judging.values())
  }

  #judgeOnce(rollout: StoredRollout): void {
    const { id, bot } = rollout
    const isConfigured = this.#options.find(bot)?.revision === rollout.candidate
    const due = isOpen(rollout.status) || rollout.status === 'promoted'
    if (!due || this.#judging.has(id) || (!isConfigured && !isOpen(rollout.status))) return
    const work = isConfigured ? this.#complete(rollout) : this.#judge(rollout)
    const settled = work
      .catch((error: unknown) => this.#options.onProblem(rollout, error))
      .finally(() => this.#judging.delete(id))
    this.#judging.set(id, settled)
  }

  async #judge({ id }: StoredRollout): Promise<void> {
    const { store, chooser, evaluateMs, onMove } = this.#options
    const claimed = await store.claim(id, evaluateMs)
    if (!claimed) return
    const { moved } = await evaluate(store, claimed)
    if (!moved) return
    onMove(claimed, moved)
    chooser.update(await store.active())
  }

  /** A deploy made the candidate the configured revision: there is nothing left to roll out. */
  async #complete(rollout: StoredRollout): Promise<void> {
    const move = {
      status: 'completed',
      stage: rollout.stage,
      reason: 'completed: the configuration holds the revision',
    } as const
    const detail = { revision: rollout.candidate }
    const { store, onMove } = this.#options
    if (await store.move(rollout, { ...move, actor: EVALUATOR, detail, newWindow: false, fenced: false }))
      onMove(rollout, move)
  }
}
