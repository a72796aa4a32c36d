import { findBitrixConflicts, findBitrixDoubts } from './bitrix24-conflicts.ts'
import type { Config, ConfigProblem } from './config.ts'
import { defaultModelOf, PROVIDERS } from './default-model.ts'
import { SETTINGS } from './settings.ts'
import { unescapeUrl } from './unescape-url.ts'

/** What single variables cannot tell: values that contradict each other or are not safe in production. */
export function findConflicts(config: Config): readonly ConfigProblem[] {
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
  if ([username, password, hostname, pathname].every((part) => unescapeUrl(part ?? '') !== undefined))
    return []
  return [
    {
      variable: 'DATABASE_URL',
      problem: 'has a % that escapes nothing.',
      remedy: 'Write each % of the user, the password and the database as %25.',
    },
  ]
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

/** What works, but probably not as meant. */
export function findDoubts(config: Config): readonly ConfigProblem[] {
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
