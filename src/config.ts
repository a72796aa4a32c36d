import type { z } from 'zod'
import { AppError } from './errors.ts'
import { bitrixSecretsOf, findBitrixConflicts, findBitrixDoubts } from './bitrix24-conflicts.ts'
import { nearest } from './nearest.ts'
import { SETTING_ROWS, SETTINGS, type Setting, type SettingName } from './settings.ts'

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

/** The providers a model string can begin with, in the order in which their keys are looked for. */
const PROVIDERS = [
  { name: 'openai', key: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL', model: 'OPENAI_MODEL' },
  { name: 'cohere', key: 'COHERE_API_KEY', baseUrl: 'COHERE_BASE_URL', model: 'COHERE_MODEL' },
  { name: 'anthropic', key: 'ANTHROPIC_API_KEY', baseUrl: 'ANTHROPIC_BASE_URL', model: 'ANTHROPIC_MODEL' },
  { name: 'grok', key: 'XAI_API_KEY', baseUrl: 'XAI_BASE_URL', model: 'GROK_MODEL' },
] as const

/** The variables of this process, for those who pass them on. */
export function processEnvironment(): Environment {
  return process.env
}

/** Reads the environment. Throws `invalid_configuration` with every problem and its remedy at once. */
export function loadConfig(env: Environment = process.env): Config {
  const { config, problems } = checkConfig(env)
  if (config) return config
  const lines = problems.map(({ variable, problem, remedy }) => `  ${variable} ${problem} ${remedy}`)
  throw new AppError('invalid_configuration', {
    params: { problem: `The environment cannot be used:\n${lines.join('\n')}` },
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

/** The model string of bots that name none: MODEL, else LLM_PROVIDER's, else the first provider with a key, else `offline`. */
export function defaultModelOf(config: Config): string {
  if (config.MODEL) return config.MODEL
  const provider = config.LLM_PROVIDER
    ? PROVIDERS.find(({ name }) => name === config.LLM_PROVIDER)
    : PROVIDERS.find(({ key }) => config[key])
  return provider ? `${provider.name}/${config[provider.model]}` : 'offline'
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
  return [isEscaped(password) ? decodeURIComponent(password) : password]
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

/** What single variables cannot tell: values that contradict each other or are not safe in production. */
function findConflicts(config: Config): readonly ConfigProblem[] {
  const conflicts: ConfigProblem[] = [
    ...findModelConflict(config),
    ...findUrlConflict(config),
    ...findTokenConflicts(config),
    ...findBitrixConflicts(config),
  ]
  if (config.NODE_ENV !== 'production') return conflicts
  if (config.CORS_ORIGINS?.includes('*'))
    conflicts.push({
      variable: 'CORS_ORIGINS',
      problem: 'allows every web page in production.',
      remedy: 'List the origins of your own pages, such as https://app.example.com.',
    })
  if (config.API_KEYS?.some((key) => key.length < 16))
    conflicts.push({
      variable: 'API_KEYS',
      problem: 'holds a key shorter than 16 characters.',
      remedy: 'Use long random keys, such as the output of `openssl rand -hex 24`.',
    })
  return conflicts
}

/** Long enough that nobody can try all of them; the value printed in guide 001 is known to everybody. */
const SHORTEST_SECRET = 32
const PRINTED_SECRETS: ReadonlySet<string> = new Set(['your_strong_secret_key_min_32_chars_production'])

function findTokenConflicts(config: Config): readonly ConfigProblem[] {
  const conflicts: ConfigProblem[] = []
  const { JWT_SECRET, JWT_PREVIOUS_SECRETS = [], JWKS_URL, JWKS_ISSUER, JWKS_AUDIENCE } = config
  const production = config.NODE_ENV === 'production'
  for (const [variable, secrets] of [
    ['JWT_SECRET', JWT_SECRET === undefined ? [] : [JWT_SECRET]],
    ['JWT_PREVIOUS_SECRETS', JWT_PREVIOUS_SECRETS],
  ] as const) {
    const weak = secrets.some((secret) => secret.length < SHORTEST_SECRET || PRINTED_SECRETS.has(secret))
    if (production && weak)
      conflicts.push({
        variable,
        problem: `holds a secret that is printed somewhere or shorter than ${SHORTEST_SECRET} characters.`,
        remedy: 'Use the output of `openssl rand -base64 48`.',
      })
  }
  if (JWKS_URL && !(JWKS_ISSUER && JWKS_AUDIENCE))
    conflicts.push({
      variable: 'JWKS_URL',
      problem: 'is set without JWKS_ISSUER and JWKS_AUDIENCE, so tokens meant for others would be accepted.',
      remedy: 'Set both to the claims `iss` and `aud` of the tokens.',
    })
  if (production && JWKS_URL?.startsWith('http:'))
    conflicts.push({
      variable: 'JWKS_URL',
      problem: 'is not encrypted, so whoever sits between could put keys of their own there.',
      remedy: 'Use its https:// address.',
    })
  return conflicts
}

function findModelConflict(config: Config): readonly ConfigProblem[] {
  const variable = config.MODEL ? 'MODEL' : 'LLM_PROVIDER'
  const name = config.MODEL?.split('/')[0] ?? config.LLM_PROVIDER
  if (name === undefined || name === 'offline' || name === 'poe') return []
  const provider = PROVIDERS.find((known) => known.name === name)
  if (!provider) {
    const known = PROVIDERS.map((row) => row.name).join(', ')
    return [
      { variable, problem: `names the unknown provider "${name}".`, remedy: `Use ${known} or offline.` },
    ]
  }
  const { key, baseUrl } = provider
  // Other servers behind the same API, such as local ones, often need no key.
  if (config[key] || config[baseUrl] !== SETTINGS[baseUrl].default) return []
  return [
    {
      variable,
      problem: `chooses ${name}, but ${key} is not set.`,
      remedy: `Set ${key}, or ${variable}=offline.`,
    },
  ]
}

/** The driver of the database and the list of secrets read what the escapes stand for. */
function findUrlConflict({ DATABASE_URL }: Config): readonly ConfigProblem[] {
  const { username, password, hostname, pathname } = URL.parse(DATABASE_URL ?? '') ?? {}
  if ([username, password, hostname, pathname].every((part) => isEscaped(part ?? ''))) return []
  return [
    {
      variable: 'DATABASE_URL',
      problem: 'has a % that escapes nothing.',
      remedy: 'Write each % of the user, the password and the database as %25.',
    },
  ]
}

function isEscaped(part: string): boolean {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

/** Source: docs.cohere.com/changelog/2025-09-15-major-command-deprecations; the models of 08-2024 are not meant. */
const DEPRECATED_COHERE = /^(?:cohere\/)?command(?:-light|-r(?:-03-2024)?|-r-plus(?:-04-2024)?)?$/

function findOldModels({ COHERE_MODEL, MODEL = '' }: Config): readonly ConfigProblem[] {
  const { default: current } = SETTINGS.COHERE_MODEL
  const named = [
    { variable: 'COHERE_MODEL', model: COHERE_MODEL, remedy: `Use ${current}.` },
    { variable: 'MODEL', model: MODEL, remedy: `Use cohere/${current}.` },
  ]
  return named
    .filter(({ model }) => DEPRECATED_COHERE.test(model))
    .map(({ variable, model, remedy }) => {
      return { variable, problem: `is ${model}, which Cohere deprecated on 2025-09-15.`, remedy }
    })
}

function findDoubts(config: Config): readonly ConfigProblem[] {
  const doubts: ConfigProblem[] = [...findOldModels(config), ...findBitrixDoubts(config)]
  if (config.INBOX_CONCURRENCY >= config.MAX_RUNNING_TURNS)
    doubts.push({
      variable: 'INBOX_CONCURRENCY',
      problem:
        'is not below MAX_RUNNING_TURNS, so messages of channels such as Telegram may keep all others out.',
      remedy: `Set it to less than ${config.MAX_RUNNING_TURNS}.`,
    })
  if (config.HTTP_HEADERS_TIMEOUT <= config.HTTP_KEEP_ALIVE_TIMEOUT)
    doubts.push({
      variable: 'HTTP_HEADERS_TIMEOUT',
      problem: 'is not longer than HTTP_KEEP_ALIVE_TIMEOUT, so reused connections may be cut.',
      remedy: `Set it to ${config.HTTP_KEEP_ALIVE_TIMEOUT + 1_000} or more.`,
    })
  return config.NODE_ENV === 'production' ? [...doubts, ...findProductionDoubts(config)] : doubts
}

function findProductionDoubts(config: Config): readonly ConfigProblem[] {
  const doubts: ConfigProblem[] = []
  if (!config.DATABASE_URL)
    doubts.push({
      variable: 'DATABASE_URL',
      problem: 'is not set: the embedded database serves one process and is not safe against power loss.',
      remedy: 'Set it to a PostgreSQL 15 or newer.',
    })
  if (defaultModelOf(config) === 'offline' && config.MODEL === undefined && config.LLM_PROVIDER === undefined)
    doubts.push({
      variable: 'MODEL',
      problem: 'is not set and there is no API key: the offline model answers.',
      remedy: 'Set OPENAI_API_KEY or the key of another provider, or MODEL=offline when you mean it.',
    })
  return doubts
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
