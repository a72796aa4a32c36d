import { DEFAULT_ROLLOUT, toRolloutOptions, type RolloutOptions } from '../rollout-options.ts'
import {
  simulateRollout,
  summarizeRollouts,
  type Scenario,
  type SimulatedRollout,
  type SimulationSummary,
} from '../rollout/simulate.ts'
import { fitPlan, toDuration } from '../rollout/plan.ts'
import { UsageError, type ExitCode, type Invocation } from './command.ts'
import { loadProject } from './load-project.ts'

const MOST_RUNS = 10_000
const TURNS_PER_PERSON = 4
const DAY_SECONDS = 86_400

/** Runs made-up rollouts by the plan and gates of a bot, or by the defaults, and says when they end. */
export async function simulate(
  bot: string | undefined,
  { options, terminal }: Invocation,
): Promise<ExitCode> {
  const scenario = readScenario(options)
  const runs = readCount(options['runs'] ?? '100', '--runs', MOST_RUNS)
  const seed = readCount(options['seed'] ?? '1', '--seed', 2 ** 32 - 1)
  const wanted = bot === undefined ? DEFAULT_ROLLOUT : await rulesOf(bot, terminal.cwd)
  const { options: fitted, outlook } = fitPlan(wanted, Math.round(scenario.turnsPerSecond * DAY_SECONDS))
  // Made-up people decide as the numbers say.
  const rules = { ...fitted, automatic: true }
  const rollouts = Array.from({ length: runs }, (_, index) => simulateRollout(scenario, rules, seed + index))
  const summary = summarizeRollouts(rollouts)
  if (options['json'])
    terminal.stdout.write(`${JSON.stringify({ scenario, outlook, summary, first: rollouts[0] }, null, 2)}\n`)
  else terminal.stdout.write(describe(scenario, summary, { outlook, first: rollouts[0] }))
  return 0
}

async function rulesOf(bot: string, folder: string): Promise<RolloutOptions> {
  const { bots, rollout } = await loadProject(folder)
  const found = bots.find(({ name }) => name === bot)
  if (!found)
    throw new UsageError(
      `There is no bot "${bot}" in code. Choose one of ${bots.map(({ name }) => name).join(', ')}.`,
    )
  return toRolloutOptions(found.rollout, rollout)
}

function readScenario(options: Invocation['options']): Scenario {
  const share = (name: string, usual: string): number => readShare(String(options[name] ?? usual), name)
  const late = share('late', '2%')
  const outage = options['outage'] === undefined ? undefined : readMinutes(String(options['outage']))
  return {
    candidate: { errors: share('error-rate', '3%'), late },
    stable: { errors: share('stable-error-rate', '0.5%'), late: Math.min(late, 0.02) },
    turnsPerSecond: readTraffic(String(options['traffic'] ?? '5/s')),
    turnsPerPerson: TURNS_PER_PERSON,
    ...(outage && { outage }),
  }
}

/** `3%` or `0.03`. */
function readShare(text: string, name: string): number {
  const number = Number(text.replace(/%$/, ''))
  const share = text.endsWith('%') ? number / 100 : number
  if (text !== '' && share >= 0 && share <= 1) return share
  throw new UsageError(`--${name} takes a share such as 3% or 0.03.`)
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

function readTraffic(text: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+)\/([smhd])$/.exec(text) ?? []
  const perSecond = Number(amount) / (SECONDS[unit] ?? Number.NaN)
  if (perSecond > 0 && perSecond <= 1_000) return perSecond
  throw new UsageError('--traffic takes turns such as 5/s, 300/m, 2000/h or 40000/d, at most 1000/s.')
}

function readMinutes(text: string): NonNullable<Scenario['outage']> {
  const [, from, until] = /^(\d+)-(\d+)$/.exec(text) ?? []
  if (from !== undefined && until !== undefined && Number(until) > Number(from))
    return { from: Number(from), until: Number(until) }
  throw new UsageError('--outage takes minutes after the start such as 60-90.')
}

function readCount(text: string | boolean, name: string, most: number): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  throw new UsageError(`${name} takes a whole number from 1 to ${most}.`)
}

interface Told {
  readonly outlook: readonly string[]
  readonly first: SimulatedRollout | undefined
}

function describe(scenario: Scenario, summary: SimulationSummary, { outlook, first }: Told): string {
  const { runs, rolledBack, promoted, paused } = summary
  const share = (count: number): string => `${count} of ${runs} (${((100 * count) / runs).toFixed(1)} %)`
  const percent = (errors: number): string => `${Number((100 * errors).toFixed(3))} %`
  const { candidate, stable } = scenario
  const ended = rolledBack > 0 ? 'rolled back' : 'ended'
  return [
    `errors of the candidate ${percent(candidate.errors)}, of stable ${percent(stable.errors)}; ${Number(scenario.turnsPerSecond.toPrecision(3))} turns a second`,
    ...outlook.filter((line) => line.startsWith('left out') || line.includes('yours')),
    `rolled back  ${share(rolledBack)}`,
    `promoted     ${share(promoted)}`,
    `paused       ${share(paused)}`,
    `${ended} after ${toDuration(summary.minutes.median)} (half of them), ${toDuration(summary.minutes.p95)} (95 %)`,
    `people who met the candidate until then: ${summary.people.median} (half), ${summary.people.p95} (95 %); turns: ${summary.turns.median}, ${summary.turns.p95}`,
    `turns of it that failed: ${summary.failed.median} (half), ${summary.failed.p95} (95 %)`,
    ...(first ? [`the first one ended at ${first.percent} %: ${first.reason}`] : []),
    '',
  ].join('\n')
}
