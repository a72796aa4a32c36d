import { ERRORS, type ErrorCode } from '../errors.ts'
import type { RolloutMove, RolloutStatus, RolloutStore, StoredRollout, TurnWindow } from '../store/store.ts'
import { judge, type StepFacts } from './gates.ts'
import { toDuration } from './plan.ts'
import type { Judgement } from './rollout.ts'
import { addMinutes, EMPTY_TALLY, type Tally } from './tally.ts'

/** What one look at a rollout did. */
export interface Evaluation {
  readonly judgement: Judgement
  /** Where it went; undefined when it stays. */
  readonly moved: Pick<RolloutMove, 'status' | 'stage' | 'reason'> | undefined
}

export const EVALUATOR = 'botyard'

/** A hold for the same reason is recorded once; one that comes and goes, so often at most. */
const LEAST_BETWEEN_HOLDS_MS = 60_000

/** Judges a rollout that was claimed, and moves it. What another has claimed or moved since stays as it is. */
export async function evaluate(store: RolloutStore, rollout: StoredRollout): Promise<Evaluation> {
  const { facts, settled } = await gather(store, rollout)
  const judgement = await judgeWithPeople(store, rollout, facts)
  const move = decideMove(rollout, judgement)
  const detail = { verdict: judgement.verdict, gates: judgement.gates, people: facts.people }
  if (move) {
    const moved = await store.move(rollout, { ...move, actor: EVALUATOR, detail, fenced: true })
    if (moved) await store.note(after(rollout), { tally: null, judgement, held: false })
    return { judgement, moved: moved ? move : undefined }
  }
  const news = isNews(rollout, judgement)
  const told = news ? { because: judgement.because, at: rollout.now.toISOString() } : lastTold(rollout)
  const held = isOver(rollout) && rollout.status === 'running' && rollout.options.automatic
  const kept = await store.note(rollout, { tally: settled, judgement: { ...judgement, told }, held })
  if (kept && news)
    await store.record(rollout, { actor: EVALUATOR, reason: `hold: ${judgement.reason}`, detail })
  return { judgement, moved: undefined }
}

/** As it is after a move of ours, for the note of what it was judged by. */
function after(rollout: StoredRollout): StoredRollout {
  return { ...rollout, version: rollout.version + 1 }
}

interface KeptTally {
  readonly until: string
  readonly tally: Tally
}

/** Counts what is new since the last look, and keeps what will not change any more. */
async function gather(
  store: RolloutStore,
  rollout: StoredRollout,
): Promise<{ readonly facts: StepFacts; readonly settled: KeptTally }> {
  const kept = rollout.tally as KeptTally | undefined
  const from = kept ? new Date(kept.until) : rollout.stageStartedAt
  const { minutes, settledUntil } = await store.count({ ...windowOf(rollout), from })
  const until = settledUntil > from ? settledUntil : from
  const isSettled = ({ minute }: { readonly minute: Date }): boolean => minute < until && until > from
  const tally = addMinutes(kept?.tally ?? EMPTY_TALLY, minutes.filter(isSettled), rollout)
  const rest = minutes.filter((minute) => !isSettled(minute))
  const people = await store.sample({ ...windowOf(rollout), from: rollout.stageStartedAt })
  return {
    facts: {
      tally: addMinutes(tally, rest, rollout),
      percent: rollout.options.plan[rollout.stage]?.percent ?? 0,
      people,
      failedPeople: Infinity,
    },
    settled: { until: until.toISOString(), tally },
  }
}

/** Who met the failures is asked only when it matters. */
async function judgeWithPeople(
  store: RolloutStore,
  rollout: StoredRollout,
  facts: StepFacts,
): Promise<Judgement> {
  const judgement = judge(facts, rollout.options)
  if (judgement.verdict !== 'roll-back') return judgement
  const failedPeople = await store.failedPeople({ ...windowOf(rollout), from: rollout.stageStartedAt })
  return judge({ ...facts, failedPeople }, rollout.options)
}

type Destination = Pick<RolloutMove, 'status' | 'stage' | 'reason' | 'newWindow'>

function decideMove(rollout: StoredRollout, { verdict, reason }: Judgement): Destination | undefined {
  const { stage, status, options } = rollout
  const go = (to: RolloutStatus, why: string, next = stage): Destination => ({
    status: to,
    stage: next,
    reason: why,
    newWindow: next !== stage,
  })
  if (verdict === 'roll-back') return go('rolled-back', `rolled back: ${reason}`)
  if (status === 'paused') return undefined
  if (verdict === 'pause') return go('paused', `paused: ${reason}`)
  if (verdict === 'proceed' && options.automatic && isOver(rollout))
    return stage + 1 < options.plan.length
      ? go('running', `proceeds: ${reason}`, stage + 1)
      : go('promoted', `promoted: ${reason}`)
  if (!heldTooLong(rollout)) return undefined
  return go('paused', `paused: held for ${toDuration(options.longestHoldMinutes)}: ${reason}`)
}

/** True when the step has lasted as long as it must. */
function isOver({ now, stageStartedAt, stage, options }: StoredRollout): boolean {
  const soakMinutes = options.plan[stage]?.soakMinutes ?? 0
  return now.getTime() - stageStartedAt.getTime() >= soakMinutes * 60_000
}

function heldTooLong({ now, heldSince, options }: StoredRollout): boolean {
  return heldSince !== null && now.getTime() - heldSince.getTime() >= options.longestHoldMinutes * 60_000
}

interface Told {
  readonly because: string
  readonly at: string
}

/** The hold that was recorded last. */
function lastTold({ judgement }: StoredRollout): Told | undefined {
  return (judgement as { readonly told?: Told } | undefined)?.told
}

function isNews(rollout: StoredRollout, { verdict, because }: Judgement): boolean {
  const told = lastTold(rollout)
  if (verdict !== 'hold' || told?.because === because || rollout.status === 'paused') return false
  return told === undefined || rollout.now.getTime() - Date.parse(told.at) >= LEAST_BETWEEN_HOLDS_MS
}

const CODES = Object.entries(ERRORS)

/** What the person asked or did: the table says so by its status. */
const EXCUSED = CODES.flatMap(([code, { status }]) =>
  status >= 400 && status < 500 && status !== 429 ? [code] : [],
)

/** What others than us do wrong, and what comes and goes for both revisions. */
const PROVIDER: readonly ErrorCode[] = [
  'model_unavailable',
  'model_rate_limited',
  'model_quota_exhausted',
  'model_unauthorized',
  'model_stream_broken',
  'embeddings_unavailable',
  'vectors_unavailable',
  'turn_timeout',
  'interrupted',
  'database_unavailable',
]

function windowOf({ bot, stable, candidate, options: { gates } }: StoredRollout): Omit<TurnWindow, 'from'> {
  const { firstToken, critical, feedback, cost } = gates
  return {
    bot,
    stable,
    candidate,
    lateMs: firstToken.proceed.ms,
    tooLateMs: firstToken.rollBack.ms,
    excused: EXCUSED.filter((code) => !critical.includes(code)),
    provider: PROVIDER,
    critical,
    negative: feedback?.negative ?? [],
    price: { input: cost?.inputPrice ?? 0, output: cost?.outputPrice ?? 0 },
  }
}
