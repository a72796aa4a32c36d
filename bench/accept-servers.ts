import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the server under test finds around it. */
export interface AcceptPlaces {
  readonly port: number
  readonly telegramUrl: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  /** Of its own, and empty. */
  readonly folder: string
}

/** A server that takes Telegram's updates and answers each with an echo that says when its handler began. */
export interface AcceptServer {
  readonly name: string
  /** Its acknowledgement means that the message is on disk. */
  readonly durable: boolean
  /** Set when it cannot be started here. */
  readonly missing: string | undefined
  readonly command: (places: AcceptPlaces) => readonly [string, ...(readonly string[])]
  readonly cwd: (places: AcceptPlaces) => string
  readonly env: (places: AcceptPlaces) => NodeJS.ProcessEnv
}

const ROOT = join(import.meta.dirname, '..')
const PEERS = join(import.meta.dirname, 'peers')
const TOKEN = '123456789:AAbenchbenchbenchbenchbenchbenchbench'
const SECRET = 'a-secret-of-the-bench-only'

const BOTYARD_PROJECT = `
import { defineBot, defineConfig } from ${JSON.stringify(join(ROOT, 'src/index.ts'))}
const model = {
  id: 'echo',
  async *stream({ messages }) {
    const now = process.hrtime.bigint()
    yield { type: 'text', text: messages.at(-1).text + ' ' + now }
    yield { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
  },
}
export default defineConfig({ bots: [defineBot({ name: 'echo', instructions: 'Echo.', model })] })
`

export function listAcceptServers(found: {
  readonly databaseUrl: string | undefined
  readonly redis: boolean
  readonly peers: boolean
}): readonly AcceptServer[] {
  return [
    botyard('Botyard, PostgreSQL', found.databaseUrl ? undefined : 'TEST_DATABASE_URL is not set'),
    botyard('Botyard, embedded database', undefined),
    chatSdk('Chat SDK echo bot, memory', found.peers ? undefined : 'npm ci in bench/peers was not run'),
    chatSdk(
      'Chat SDK echo bot, Redis',
      found.peers && found.redis ? undefined : 'there is no redis-server or bench/peers is not installed',
    ),
  ]
}

function botyard(name: string, missing: string | undefined): AcceptServer {
  return {
    name,
    durable: true,
    missing,
    command: () => [
      process.execPath,
      '--conditions=botyard-source',
      join(ROOT, 'src/cli/from-source.js'),
      'start',
    ],
    cwd: ({ folder }) => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'botyard.config.ts'), BOTYARD_PROJECT)
      return folder
    },
    env: ({ port, telegramUrl, databaseUrl, folder }) => ({
      HOST: '127.0.0.1',
      PORT: String(port),
      APP_URL: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'warn',
      DATABASE_URL: name.includes('PostgreSQL') ? databaseUrl : '',
      DATA_DIR: join(folder, 'data'),
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_BOT_TOKEN: TOKEN,
      TELEGRAM_WEBHOOK_SECRET: SECRET,
      TELEGRAM_API_ROOT: telegramUrl,
      TELEGRAM_MESSAGES_PER_SECOND: '1000',
      TELEGRAM_CHAT_MESSAGES_PER_SECOND: '1000',
    }),
  }
}

function chatSdk(name: string, missing: string | undefined): AcceptServer {
  return {
    name,
    durable: false,
    missing,
    command: () => [process.execPath, join(PEERS, 'chat-sdk-bot.js')],
    cwd: () => PEERS,
    env: ({ port, telegramUrl, redisUrl }) => ({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      TELEGRAM_API_BASE_URL: telegramUrl,
      TELEGRAM_BOT_TOKEN: TOKEN,
      TELEGRAM_BOT_USERNAME: 'bench_bot',
      TELEGRAM_WEBHOOK_SECRET_TOKEN: SECRET,
      ECHO: '1',
      ...(name.includes('Redis') && { REDIS_URL: redisUrl, CONCURRENCY: 'queue' }),
    }),
  }
}
