import type { Bot } from './bot.ts'
import { findFieldProblem, isRecord, isText, type FieldRule } from './definition.ts'
import { AppError } from './errors.ts'
import type { Job } from './jobs/job.ts'
import { findRolloutProblem, type RolloutDefinition } from './rollout-options.ts'

export interface ProjectDefinition {
  /** At least one, each with a name of its own. */
  readonly bots: readonly Bot[]
  /** The name of the bot that answers when a caller names none. Default: the first one. */
  readonly defaultBot?: string
  /** Work that runs in the background. Default: none. */
  readonly jobs?: readonly Job[]
  /** Revisions that `botyard rollout` can bring out: bots with the names of `bots` and other contents. Default: none. */
  readonly candidates?: readonly Bot[]
  /** How rollouts go, of every bot that says nothing else. Default: guide 002's plan and thresholds. */
  readonly rollout?: RolloutDefinition
}

/** What one server serves. Made by `defineConfig`. */
export interface Project {
  /** The default bot first. */
  readonly bots: readonly Bot[]
  readonly defaultBot: Bot
  readonly jobs: readonly Job[]
  readonly candidates: readonly Bot[]
  readonly rollout: RolloutDefinition | undefined
}

/**
 * Defines what a server serves; the default export of `botyard.config.ts`. Throws `invalid_definition`, naming the
 * field and the fix, when it cannot work.
 *
 * @example
 * export default defineConfig({ bots: [support, sales], defaultBot: 'support' })
 */
export function defineConfig(definition: ProjectDefinition): Project {
  const problem = findFieldProblem(definition, PROJECT_FIELDS) ?? findRolloutProblem(definition.rollout)
  if (problem) throw invalid(problem)
  const { bots, defaultBot, jobs = [], candidates = [], rollout } = definition
  const repeated = bots.find((bot, index) => bots.findIndex(({ name }) => name === bot.name) < index)
  if (repeated) throw invalid(`\`bots\` holds two bots named "${repeated.name}"; rename one of them.`)
  const doubled = jobs.find((job, index) => jobs.findIndex(({ name }) => name === job.name) < index)
  if (doubled) throw invalid(`\`jobs\` holds two jobs named "${doubled.name}"; rename one of them.`)
  const stray = candidates.find((candidate) => !bots.some(({ name }) => name === candidate.name))
  if (stray)
    throw invalid(
      `\`candidates\` holds "${stray.name}", which is none of the bots; list a revision of one of them.`,
    )
  const [first] = bots
  if (!first) throw invalid('`bots` is empty; list at least one bot made by defineBot().')
  const chosen = defaultBot === undefined ? first : bots.find(({ name }) => name === defaultBot)
  if (!chosen) {
    const names = bots.map(({ name }) => name).join(', ')
    throw invalid(`\`defaultBot\` is "${defaultBot}", which is none of the bots; use one of ${names}.`)
  }
  return Object.freeze({
    bots: Object.freeze([chosen, ...bots.filter((bot) => bot !== chosen)]),
    defaultBot: chosen,
    jobs: Object.freeze([...jobs]),
    candidates: Object.freeze([...candidates]),
    rollout,
  })
}

const PROJECT_FIELDS: Readonly<Record<keyof ProjectDefinition, FieldRule>> = {
  bots: { fits: isBot, fix: 'list at least one bot made by defineBot()', required: true, list: true },
  defaultBot: { fits: isText, fix: 'write the name of one of the bots' },
  jobs: { fits: isJob, fix: 'list what defineJob() returns', list: true },
  candidates: { fits: isBot, fix: 'list what defineBot() returns', list: true },
  rollout: { fits: isRecord, fix: 'write an object' },
}

function isJob(value: unknown): boolean {
  return isRecord(value) && isText(value['name']) && typeof value['run'] === 'function' && 'timeZone' in value
}

function isBot(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['name']) &&
    isText(value['instructions']) &&
    Array.isArray(value['tools']) &&
    isRecord(value['limits'])
  )
}

function invalid(problem: string): AppError {
  return new AppError('invalid_definition', { params: { problem: `defineConfig: ${problem}` } })
}
