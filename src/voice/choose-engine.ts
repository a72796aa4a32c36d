import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { ESPEAK_PACKAGE, findEspeak } from './engines/find-espeak.ts'
import { createGoogleEngine, type GoogleEngineOptions } from './engines/google-engine.ts'
import { parseServiceAccount, type ServiceAccount } from './engines/google-token.ts'
import { createOpenAIEngine } from './engines/openai-engine.ts'
import type { SpeechEngine } from './voice.ts'

/** What speaks, or why nothing does. */
export type EngineChoice =
  | { readonly engine: SpeechEngine; readonly title: string }
  | { readonly engine: undefined; readonly problem: string }

const GOOGLE_URL = 'https://texttospeech.googleapis.com'

const NO_ENGINE = `set GOOGLE_API_KEY or GOOGLE_CLOUD_CREDENTIALS, or TTS_ENGINE=openai, or run \`npm install ${ESPEAK_PACKAGE}\``

/** The engine that the configuration asks for. Throws `invalid_configuration` when one is named that cannot be had. */
export async function chooseEngine(config: Config): Promise<EngineChoice> {
  if (!config.TTS_ENABLED) return { engine: undefined, problem: 'TTS_ENABLED is false' }
  switch (config.TTS_ENGINE) {
    case 'google':
      return (
        (await openGoogle(config)) ??
        misconfigured('google', 'set GOOGLE_API_KEY or GOOGLE_CLOUD_CREDENTIALS')
      )
    case 'openai':
      return openOpenAI(config) ?? misconfigured('openai', 'set OPENAI_API_KEY or TTS_API_KEY')
    case 'espeak':
      return (
        (await openEspeak(config)) ??
        misconfigured('espeak', `run \`npm install ${ESPEAK_PACKAGE}\`, or install the program \`espeak-ng\``)
      )
    case 'auto':
      return (
        (await openGoogle(config)) ?? (await openEspeak(config)) ?? { engine: undefined, problem: NO_ENGINE }
      )
  }
}

function misconfigured(engine: string, fix: string): never {
  const problem = `TTS_ENGINE is ${engine}, but it cannot be used here: ${fix}.`
  throw new AppError('invalid_configuration', { params: { problem } })
}

async function openGoogle(config: Config): Promise<EngineChoice | undefined> {
  const access = await googleAccess(config)
  if (!access) return undefined
  const projectId = config.GOOGLE_CLOUD_PROJECT_ID
  const engine = createGoogleEngine({
    baseUrl: config.TTS_BASE_URL ?? GOOGLE_URL,
    concurrency: config.TTS_CONCURRENCY,
    access,
    ...(projectId !== undefined && { projectId }),
  })
  return { engine, title: `Google, by ${'apiKey' in access ? 'an API key' : 'a service account'}` }
}

async function googleAccess(config: Config): Promise<GoogleEngineOptions['access'] | undefined> {
  const { GOOGLE_API_KEY: apiKey, GOOGLE_CLOUD_CREDENTIALS: credentials } = config
  if (credentials !== undefined) return { account: await parseServiceAccount(credentials) }
  const account = await accountOf(config)
  if (account) return { account }
  return apiKey === undefined ? undefined : { apiKey }
}

async function accountOf({
  GOOGLE_CLOUD_CLIENT_EMAIL: client_email,
  GOOGLE_CLOUD_PRIVATE_KEY: key,
}: Config): Promise<ServiceAccount | undefined> {
  if (client_email === undefined || key === undefined) return undefined
  // Environment files hold the line breaks as two signs.
  const private_key = key.replaceAll('\\n', '\n')
  return await parseServiceAccount(JSON.stringify({ client_email, private_key }))
}

function openOpenAI(config: Config): EngineChoice | undefined {
  const apiKey = config.TTS_API_KEY ?? config.OPENAI_API_KEY
  const baseUrl = config.TTS_BASE_URL ?? config.OPENAI_BASE_URL
  // Servers of one's own often need no key.
  if (apiKey === undefined && config.TTS_BASE_URL === undefined) return undefined
  const { TTS_MODEL: model, TTS_CONCURRENCY: concurrency } = config
  const engine = createOpenAIEngine({ baseUrl, model, concurrency, ...(apiKey !== undefined && { apiKey }) })
  return { engine, title: `OpenAI ${model}` }
}

async function openEspeak(config: Config): Promise<EngineChoice | undefined> {
  const found = await findEspeak(config.ESPEAK_PATH)
  return found && { engine: found.engine, title: `eSpeak NG, by ${found.place}` }
}
