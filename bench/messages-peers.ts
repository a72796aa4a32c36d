import { join } from 'node:path'
import type { DrilledServer, ReplicaPlaces } from '../src/drill/drilled-server.ts'

/** A small bot on somebody else's library, in `bench/peers`. */
export interface PeerBot {
  readonly name: string
  readonly file: string
  /** Several need a state they share. */
  readonly replicas: number
  readonly env: Readonly<Record<string, string>>
}

const PEERS = join(import.meta.dirname, 'peers')

/** What stands beside Botyard; without a Redis the bot that needs one is left out. */
export function listPeers(redisUrl: string | undefined): readonly PeerBot[] {
  const chatSdk = 'chat-sdk-bot.js'
  return [
    { name: 'Chat SDK, defaults (memory)', file: chatSdk, replicas: 1, env: {} },
    ...(redisUrl === undefined
      ? []
      : [
          {
            name: 'Chat SDK, queue on Redis',
            file: chatSdk,
            replicas: 2,
            env: { CONCURRENCY: 'queue', REDIS_URL: redisUrl },
          },
        ]),
    { name: 'grammY, webhookCallback', file: 'grammy-bot.js', replicas: 2, env: {} },
  ]
}

/** How the drill starts it. */
export function toDrilledServer({ name, file, env }: PeerBot): DrilledServer {
  return {
    name,
    command: [process.execPath, join(PEERS, file)],
    folder: PEERS,
    environment: ({ port, publicUrl, telegram, models }: ReplicaPlaces) => ({
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      TELEGRAM_API_BASE_URL: telegram?.apiRoot,
      TELEGRAM_BOT_TOKEN: telegram?.token,
      TELEGRAM_BOT_USERNAME: 'drill_bot',
      TELEGRAM_WEBHOOK_SECRET_TOKEN: telegram?.secret,
      MODEL_URL: models.openai,
      ...env,
    }),
  }
}
