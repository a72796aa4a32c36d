import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { DrilledServer, ReplicaPlaces } from './drilled-server.ts'

export interface BotyardServerOptions {
  /** What runs the command line: a program and the words before the command. */
  readonly cli: readonly [string, ...(readonly string[])]
  /** Where the project file is. */
  readonly folder: string
  /** What the replicas find around them; what the drill provides takes its place. */
  readonly env: NodeJS.ProcessEnv
}

const run = promisify(execFile)
const LIMIT_BYTES = 64 * 1024 * 1024
/** What the lists show at most, and so the largest drill. */
const LIMIT_ROWS = '10000'
const KEY = 'drill-key-0000000000000000'

/** Botyard itself, as the command line starts it, with the bots of a folder. */
export function createBotyardServer({ cli, folder, env }: BotyardServerOptions): DrilledServer {
  const [program, ...words] = cli
  const environment = (places: ReplicaPlaces): NodeJS.ProcessEnv => ({ ...env, ...variablesFor(places) })
  return {
    name: 'Botyard',
    command: [program, ...words, 'start'],
    folder,
    environment,
    listAmbiguous: async (places) => {
      const read = async (...list: readonly string[]): Promise<unknown> => {
        const options = { cwd: folder, env: environment(places), maxBuffer: LIMIT_BYTES }
        const { stdout } = await run(program, [...words, ...list, '--limit', LIMIT_ROWS, '--json'], options)
        return JSON.parse(stdout)
      }
      const deliveries = (await read('deliveries', 'list', '--ambiguous')) as readonly ListedDelivery[]
      const messages = (await read('inbox', 'list', '--all')) as readonly ListedMessage[]
      const chats = new Map(messages.map(({ id, conversation }) => [id, chatOf(conversation.key)]))
      return deliveries.flatMap(({ messageId, ambiguous }) =>
        Array.from({ length: ambiguous }, () => chats.get(messageId) ?? Number.NaN),
      )
    },
  }
}

/** Of Bitrix24 a portal stands before the chat, of Telegram a topic may stand behind it. */
function chatOf(key: string): number {
  return Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 10)
}

/** What of `botyard deliveries list --json` the drill reads. */
interface ListedDelivery {
  readonly messageId: string
  /** How often it was sent again because nobody knew what had become of it. */
  readonly ambiguous: number
}

/** What of `botyard inbox list --json` the drill reads. */
interface ListedMessage {
  readonly id: string
  readonly conversation: { readonly key: string }
}

/** An empty variable counts as absent, and keeps a `.env` file from filling it in. */
function variablesFor({
  port,
  publicUrl,
  telegram,
  bitrix24,
  models,
  databaseUrl,
  dataFolder,
}: ReplicaPlaces): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    APP_URL: publicUrl,
    LOG_LEVEL: 'info',
    DRAIN_LINGER_MS: '500',
    DATABASE_URL: databaseUrl ?? '',
    DATA_DIR: dataFolder,
    DATABASE_MIGRATE: 'true',
    ...telegramVariables(telegram),
    ...bitrix24Variables(bitrix24),
    MODEL: 'openai/drill',
    LLM_PROVIDER: '',
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: models.openai,
    COHERE_API_KEY: KEY,
    COHERE_BASE_URL: models.cohere,
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: models.anthropic,
    XAI_API_KEY: KEY,
    XAI_BASE_URL: models.openai,
  }
}

// The twins keep no rates, and the drill is not to wait for the clock.

function telegramVariables(telegram: ReplicaPlaces['telegram']): NodeJS.ProcessEnv {
  return {
    TELEGRAM_MODE: telegram ? 'webhook' : 'off',
    TELEGRAM_BOT_TOKEN: telegram?.token ?? '',
    TELEGRAM_WEBHOOK_SECRET: telegram?.secret ?? '',
    TELEGRAM_API_ROOT: telegram?.apiRoot ?? '',
    TELEGRAM_MORE_BOTS: '',
    TELEGRAM_MESSAGES_PER_SECOND: '1000',
    TELEGRAM_CHAT_MESSAGES_PER_SECOND: '1000',
  }
}

function bitrix24Variables(bitrix24: ReplicaPlaces['bitrix24']): NodeJS.ProcessEnv {
  return {
    ENABLE_BITRIX: bitrix24 ? 'true' : 'false',
    BITRIX_MODE: 'fetch',
    BITRIX_DOMAIN: bitrix24?.origin ?? '',
    BITRIX_CLIENT_ID: bitrix24?.clientId ?? '',
    BITRIX_CLIENT_SECRET: bitrix24?.clientSecret ?? '',
    BITRIX_OAUTH_URL: bitrix24?.oauthUrl ?? '',
    BITRIX_REST_URL: bitrix24?.restUrl ?? '',
    BITRIX_REDIRECT_URL: '',
    BITRIX_MORE_PORTALS: '',
    BITRIX_FETCH_SECONDS: '0.2',
    BITRIX_CALLS_PER_SECOND: '1000',
  }
}
