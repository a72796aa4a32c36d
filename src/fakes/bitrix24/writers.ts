import { describeV1, describeV1Edit, describeV2, type Speaker } from './describe-message.ts'
import type { SentFile } from './drive.ts'
import type { PortalEvents, Told } from './portal-events.ts'
import type { PortalState, RegisteredBot } from './portal-state.ts'

export interface SpeakOptions {
  /** Default: the person of the dialog; in groups the user 7. */
  readonly userId?: number
  readonly name?: string
  /** Written by a bot, or by the system. */
  readonly bot?: boolean
  readonly system?: boolean
  /** Default `ru`. */
  readonly language?: string
  /** When it was written, Unix milliseconds. Default: now. */
  readonly at?: number
  /** What is sent with it. Default: nothing. */
  readonly files?: readonly SentFile[]
}

/** What somebody did. */
export interface Act extends Told {
  /** 0 for what makes no message. */
  readonly messageId: number
}

/** What people do with messages. */
export interface Writers {
  /** Writes into a dialog: `5` with user 5, `chat142` a group. */
  say(dialogId: number | string, text: string, options?: SpeakOptions): Act
  /** Changes what somebody has written. */
  edit(messageId: number, text: string): Act
}

export function createWriters({
  state,
  events,
}: {
  readonly state: PortalState
  readonly events: PortalEvents
}): Writers {
  const speakers = new Map<number, Speaker>()
  return {
    say: (dialogId, text, options = {}) => {
      const speaker = toSpeaker(dialogId, options)
      const bot = requireBot(state)
      const message = state.addMessage({
        dialogId: String(dialogId),
        authorId: speaker.userId,
        text,
        files: (options.files ?? []).map((file) => state.drive.add(state.nextId(), file)),
        ...(options.at !== undefined && { at: options.at }),
      })
      speakers.set(message.messageId, speaker)
      const isV1 = bot.api === 'v1'
      const data = isV1 ? describeV1(bot, message, speaker) : describeV2(bot, message, speaker)
      const told = events.tell(isV1 ? 'ONIMBOTMESSAGEADD' : 'ONIMBOTV2MESSAGEADD', data)
      return { messageId: message.messageId, ...told }
    },
    edit: (messageId, text) => {
      const message = state.messages.find((known) => known.messageId === messageId)
      const speaker = speakers.get(messageId)
      if (!message || !speaker) throw new Error(`Nobody has written message ${messageId}.`)
      message.earlier.push(message.text)
      message.text = text
      const bot = requireBot(state)
      const isV1 = bot.api === 'v1'
      const data = isV1 ? describeV1Edit(bot, message, speaker) : describeV2(bot, message, speaker)
      return { messageId, ...events.tell(isV1 ? 'ONIMBOTMESSAGEUPDATE' : 'ONIMBOTV2MESSAGEUPDATE', data) }
    },
  }
}

export function requireBot({ bot }: PortalState): RegisteredBot {
  if (bot) return bot
  throw new Error('The bot is not registered yet: nobody can write to it.')
}

const STRANGER = 7

export function toSpeaker(dialogId: number | string, options: SpeakOptions): Speaker {
  const own = Number(dialogId)
  const { userId = Number.isNaN(own) ? STRANGER : own, bot = false } = options
  const { system = false, language = 'ru', name = `User ${userId}` } = options
  return { userId, name, bot, system, language }
}
