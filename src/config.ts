import type { z } from 'zod'
import { AppError } from './errors.ts'
import { bitrixSecretsOf } from './bitrix24-conflicts.ts'
import { findConflicts, findDoubts } from './config-conflicts.ts'
import { nearest } from './nearest.ts'
import { SETTING_ROWS, type Setting, type SettingName, type SETTINGS } from './settings.ts'
import { unescapeUrl } from './unescape-url.ts'

/** The environment as Botyard understood it, keyed by the names of the variables. Frozen. */
export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends { readonly default: string }
    ? z.output<(typeof SETTINGS)[Name]['type']>
    : z.output<(typeof SETTINGS)[Name]['type']> | undefined
}

/** Variables and their text; `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Something about one variable, safe to show: values of secrets are left out. */
export interface ConfigProblem {
  readonly variable: string
  readonly problem: string
  readonly remedy: string
}

export interface ConfigCheck {
  /** Absent when there are problems. */
  readonly config?: Config
  /** As `config`, with defaults for what could not be read, for whoever reports the problems. */
  readonly readable: Config
  /** Each of them keeps the server from starting. */
  readonly problems: readonly ConfigProblem[]
  /** The server starts, but probably not as meant. */
  readonly warnings: readonly ConfigProblem[]
}

/** The variables of this process, for those who pass them on. */
export function processEnvironment(): Environment {
  return process.env
}

/** A problem with its remedy, for people. */
export function toSentence({ variable, problem, remedy }: ConfigProblem): string {
  return `${variable} ${problem} ${remedy}`
}

/** Reads the environment. Throws `invalid_configuration` with every problem and its remedy at once. */
export function loadConfig(env: Environment = process.env): Config {
  const { config, problems } = checkConfig(env)
  if (config) return config
  const lines = problems.map((problem) => `\n  ${toSentence(problem)}`)
  throw new AppError('invalid_configuration', {
    params: { problem: `The environment cannot be used:${lines.join('')}` },
  })
}

/** Reads the environment and reports everything that is wrong with it. An empty variable counts as absent. */
export function checkConfig(env: Environment = process.env): ConfigCheck {
  const { values, problems } = readValues(env)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by the type of its own row
  const readable = Object.freeze(values) as Config
  const all = [...problems, ...findConflicts(readable)]
  const warnings = [...findUnread(env), ...findDoubts(readable)]
  return { ...(all.length === 0 && { config: readable }), readable, problems: all, warnings }
}

/** The values nobody may see: what the log scrubs. */
export function secretsOf(config: Config): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(config))
  const secrets = SETTING_ROWS.flatMap(([name, { secret }]) => (secret ? [values.get(name) ?? []] : []))
    .flat(2)
    .filter((value) => typeof value !== 'object')
    .map(String)
  const poeKeys = (config.POE_ACCESS_KEYS ?? []).map((pair) => pair.slice(pair.indexOf('=') + 1))
  return [
    ...secrets,
    ...poeKeys,
    ...bitrixSecretsOf(config),
    ...passwordIn(config.DATABASE_URL),
    ...passwordIn(config.REDIS_URL),
  ]
}

function passwordIn(url: string | undefined): readonly string[] {
  const { username, password } = URL.parse(url ?? '') ?? {}
  // A password equal to the user name hides nothing, and scrubbing that word would spoil the log.
  if (!password || password === username) return []
  return [unescapeUrl(password) ?? password]
}

interface Values {
  /** What could not be read has its default here, so that everything else can be judged too. */
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: readonly ConfigProblem[]
}

function readValues(env: Environment): Values {
  const values: Record<string, unknown> = {}
  const problems: ConfigProblem[] = []
  const production = env['NODE_ENV']?.trim().toLowerCase() === 'production'
  for (const [name, setting] of SETTING_ROWS) {
    const variable = namesOf(name, setting).find((known) => env[known]?.trim()) ?? name
    const byDefault = (production ? setting.productionDefault : undefined) ?? setting.default
    const text = env[variable]?.trim() || byDefault
    if (text === undefined) continue
    const read = setting.type.safeParse(text)
    if (!read.success) problems.push(unreadable(setting, { variable, text }))
    values[name] = read.success ? read.data : byDefault && setting.type.parse(byDefault)
  }
  return { values, problems }
}

function namesOf(name: string, { aliases = [] }: Setting): readonly string[] {
  return [name, ...aliases]
}

function unreadable(setting: Setting, { variable, text }: { variable: string; text: string }): ConfigProblem {
  const problem = setting.secret ? 'is not readable.' : `is ${JSON.stringify(text)}.`
  const otherwise = setting.default === undefined ? 'or remove it' : `or remove it to use ${setting.default}`
  return { variable, problem, remedy: `Set it to ${setting.type.description}, ${otherwise}.` }
}

/** Names that look like ours but are not read, because they are misspelt or another name came first. */
function findUnread(env: Environment): readonly ConfigProblem[] {
  const present = new Set(Object.keys(env).filter((name) => env[name]?.trim()))
  const known = new Set(SETTING_ROWS.flatMap(([name, setting]) => namesOf(name, setting)))
  const misspelt = [...present].flatMap((variable) => {
    const meant = known.has(variable)
      ? undefined
      : nearest(variable, known, (name) => Math.floor(name.length / 8))
    return meant ? [{ variable, problem: 'is not read.', remedy: `Did you mean ${meant}?` }] : []
  })
  const doubled = SETTING_ROWS.flatMap(([name, setting]) => {
    const [winner, ...losers] = namesOf(name, setting).filter((alias) => present.has(alias))
    const remedy = `Remove it: ${winner} means the same and comes first.`
    return losers.map((variable) => ({ variable, problem: 'is not read.', remedy }))
  })
  return [...misspelt, ...doubled]
}
