import type { Bot } from './bot.ts'
import { findFieldProblem, isRecord, isText, type FieldRule } from './definition.ts'
import { AppError } from './errors.ts'
import type { Job } from './jobs/job.ts'

export interface ProjectDefinition {
  /** At least one, each with a name of its own. */
  readonly bots: readonly Bot[]
  /** The name of the bot that answers when a caller names none. Default: the first one. */
  readonly defaultBot?: string
  /** Work that runs in the background. Default: none. */
  readonly jobs?: readonly Job[]
}

/** What one server serves. Made by `defineConfig`. */
export interface Project {
  /** The default bot first. */
  readonly bots: readonly Bot[]
  readonly defaultBot: Bot
  readonly jobs: readonly Job[]
}

/**
 * Defines what a server serves; the default export of `botyard.config.ts`. Throws `invalid_definition`, naming the
 * field and the fix, when it cannot work.
 *
 * @example
 * export default defineConfig({ bots: [support, sales], defaultBot: 'support' })
 */
export function defineConfig(definition: ProjectDefinition): Project {
  const problem = findFieldProblem(definition, PROJECT_FIELDS)
  if (problem) throw invalid(problem)
  const { bots, defaultBot, jobs = [] } = definition
  const repeated = bots.find((bot, index) => bots.findIndex(({ name }) => name === bot.name) < index)
  if (repeated) throw invalid(`\`bots\` holds two bots named "${repeated.name}"; rename one of them.`)
  const doubled = jobs.find((job, index) => jobs.findIndex(({ name }) => name === job.name) < index)
  if (doubled) throw invalid(`\`jobs\` holds two jobs named "${doubled.name}"; rename one of them.`)
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
  })
}

const PROJECT_FIELDS: Readonly<Record<keyof ProjectDefinition, FieldRule>> = {
  bots: { fits: isBot, fix: 'list at least one bot made by defineBot()', required: true, list: true },
  defaultBot: { fits: isText, fix: 'write the name of one of the bots' },
  jobs: { fits: isJob, fix: 'list what defineJob() returns', list: true },
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
