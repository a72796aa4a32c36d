import { createHmac } from 'node:crypto'
import type { TelegramOptions } from '../../telegram-options.ts'
import type { CommandInfo } from '../channel.ts'
import type { BotIdentity } from './addressed.ts'
import { SendSchedule, type SendLimits } from './send-schedule.ts'
import { TelegramApi } from './telegram-api.ts'
import { createTexts, type TextCatalogue } from './texts.ts'

export interface AccountOptions {
  /** The name of our bot that answers. */
  readonly bot: string
  readonly token: string
  /** Absent: one is derived from the token, the same on every replica. */
  readonly webhookSecret: string | undefined
  readonly apiRoot: string
  readonly limits: SendLimits
  /** The bot's own texts. */
  readonly texts?: TelegramOptions['texts'] | undefined
  /** Its own commands. Default: none. */
  readonly commands?: readonly CommandInfo[]
}

const REFUSED = 'Telegram refuses the token; set TELEGRAM_BOT_TOKEN to a valid one and restart'

/** One bot on Telegram: its client, its pace, what is known about it. */
export class TelegramAccount {
  readonly bot: string
  readonly api: TelegramApi
  readonly schedule: SendSchedule
  readonly texts: TextCatalogue
  readonly commands: readonly CommandInfo[]
  /** What Telegram has to show; it also tells which account a request is for. */
  readonly webhookSecret: string
  /** False once the server turned out not to know drafts. */
  hasDrafts = true
  /** What is wrong, for operators; null when nothing is. */
  problem: string | null = null
  readonly #id: number
  #identity: Promise<BotIdentity> | undefined

  constructor({ bot, token, webhookSecret, apiRoot, limits, texts, commands = [] }: AccountOptions) {
    this.texts = createTexts(texts)
    this.commands = commands
    this.bot = bot
    this.api = new TelegramApi({
      token,
      apiRoot,
      onRefused: () => {
        this.problem = REFUSED
      },
    })
    this.schedule = new SendSchedule(limits)
    this.webhookSecret = webhookSecret ?? deriveSecret(token, 'webhook')
    // The number in front of the colon is the id of the bot's account.
    this.#id = Number.parseInt(token, 10)
  }

  /** Asks Telegram once who this bot is; a failure is asked again at the next call. */
  async identify(signal: AbortSignal): Promise<BotIdentity> {
    this.#identity ??= this.api
      .call((raw, signal) => raw.getMe(signal), signal)
      .then(({ username }) => ({ id: this.#id, username, commands: this.commands.map(({ name }) => name) }))
    try {
      return await this.#identity
    } catch (error) {
      this.#identity = undefined
      throw error
    }
  }
}

/** A secret for Telegram alone; nobody finds the token by it. */
function deriveSecret(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`botyard telegram ${purpose}`).digest('hex')
}
