import { type Config } from '../config.ts'
import type { Log } from '../observe/log.ts'
import { type OpenStore } from '../store/open-store.ts'
import type { ServedBots } from '../served-bot.ts'
import type { Observability } from './open-observability.ts'

/** What every part of the server is made from. */
export interface AppParts {
  readonly config: Config
  readonly log: Log
  readonly bots: ServedBots
  readonly store: OpenStore
  readonly observability: Observability
}
