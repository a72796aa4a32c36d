import { AppError } from '../errors.ts'
import type { FlagStore, StoredFlag } from '../store/store.ts'
import { decideFlag, identifierOf } from './decide-flag.ts'
import {
  FLAG_NAMES,
  type FlagChange,
  type FlagDecision,
  type FlagDesk,
  type FlagName,
  type FlagReader,
  type FlagState,
  type FlagSubject,
} from './flags.ts'

/** The flags of this process: the environment's, with what operators have set since. */
export class FlagBoard implements FlagReader, FlagDesk {
  readonly #store: FlagStore
  readonly #defaults: ReadonlyMap<string, FlagState>
  #flags: ReadonlyMap<string, FlagState>

  constructor(store: FlagStore, defaults: readonly FlagState[]) {
    this.#store = store
    this.#defaults = new Map(defaults.map((flag) => [flag.name, flag]))
    this.#flags = this.#defaults
  }

  /** Reads what operators have set, on whichever replica. What was read last stays when the database is away. */
  async refresh(): Promise<void> {
    const stored = new Map((await this.#store.list()).map((flag) => [flag.name, flag]))
    this.#flags = new Map(
      [...this.#defaults].map(([name, usual]) => [name, withStored(usual, stored.get(name))]),
    )
  }

  isOn(name: FlagName, subject: FlagSubject): boolean {
    return this.decide(name, subject).on
  }

  decide(name: FlagName, subject: FlagSubject): FlagDecision {
    return decideFlag(this.#require(name), identifierOf(subject), this.#require('abTest'))
  }

  async list(): Promise<readonly FlagState[]> {
    return FLAG_NAMES.map((name) => this.#require(name))
  }

  async set(
    name: string,
    change: FlagChange,
    by: { readonly actor: string; readonly reason: string },
  ): Promise<FlagState> {
    const flag = this.#require(name)
    const problem = findChangeProblem(flag.name, change)
    if (problem) throw new AppError('flag_invalid', { params: { problem } })
    const environment = this.#defaults.get(name) ?? flag
    const usual = { ...environment, enabled: hasKillSwitch(flag.name) || environment.enabled }
    await this.#store.set(usual, change, by)
    await this.refresh()
    return this.#require(name)
  }

  #require(name: string): FlagState {
    const flag = this.#flags.get(name)
    if (!flag) throw new AppError('flag_unknown', { params: { feature: name } })
    return flag
  }
}

/** Off is where the A/B test begins, and nothing that has to be kept off. */
function hasKillSwitch(name: FlagName): boolean {
  return name !== 'abTest'
}

/** The kill switch of the environment wins: it works when nothing else does. */
function withStored(usual: FlagState, stored: StoredFlag | undefined): FlagState {
  if (!stored) return usual
  const { enabled, percentage, allow, deny, variant } = stored
  return {
    ...usual,
    enabled: (usual.enabled || !hasKillSwitch(usual.name)) && enabled,
    percentage,
    allow,
    deny,
    variant: variant === 'B' ? 'B' : 'A',
  }
}

function findChangeProblem(name: FlagName, { percentage, variant }: FlagChange): string | undefined {
  const shared = name === 'streaming' || name === 'tts'
  if (percentage !== undefined && !shared) return `${name} is on or off and has no percentage`
  if (percentage !== undefined && !(Number.isInteger(percentage) && percentage >= 0 && percentage <= 100))
    return 'percentage must be a whole number from 0 to 100'
  if (variant !== undefined && name !== 'abTest') return 'only abTest has a variant'
  return undefined
}
