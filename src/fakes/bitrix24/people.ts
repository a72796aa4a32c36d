import { randomBytes } from 'node:crypto'
import { describeJoin, describeV1, describeV2, type Speaker } from './describe-message.ts'
import type { PortalEvents, Told } from './portal-events.ts'
import type { PortalState, RegisteredBot, StoredMessage } from './portal-state.ts'

export interface SpeakOptions {
  /** Default: the person of the dialog; in groups the user 7. */
  readonly userId?: number
  readonly name?: string
  /** Written by a bot, or by the system. */
  readonly bot?: boolean
  readonly system?: boolean
  /** Default `ru`. */
  readonly language?: string
}

/** What somebody did. */
export interface Act extends Told {
  /** 0 for what makes no message. */
  readonly messageId: number
}

/** What people and administrators do. */
export interface People {
  /** Writes into a dialog: `5` with user 5, `chat142` a group. */
  say(dialogId: number | string, text: string, options?: SpeakOptions): Act
  /** Brings the bot into a chat. */
  join(dialogId: number | string, options?: SpeakOptions): Act
  /** What the bot wrote, into one dialog or all, oldest first; deleted messages too. */
  sent(dialogId?: number | string): readonly StoredMessage[]
  /** How often the bot was shown writing in a dialog. */
  typing(dialogId: number | string): number
  deleteMessage(messageId: number): void
  /** Posts ONAPPINSTALL with new tokens; the status of the answer. */
  install(handlerUrl: string): Promise<number | undefined>
  /** Posts ONAPPUNINSTALL. */
  uninstall(handlerUrl: string): Promise<number | undefined>
  /** Whether who authorizes and installs the application is an administrator; they are until this says otherwise. */
  setAdministrator(is: boolean): void
  /** New tokens for whoever tests a client. */
  grant(): { readonly access_token: string; readonly refresh_token: string }
  /** All access tokens end now. */
  expireTokens(): void
  /** All refresh tokens end, too: the application has to be authorized again. */
  revokeTokens(): void
  /** The bot is removed by an administrator; nobody is told. */
  removeBot(): void
}

export interface PeopleOptions {
  readonly state: PortalState
  readonly events: PortalEvents
  /** Of an access token, in seconds. */
  readonly expiresIn: number
}

export function createPeople({ state, events, expiresIn }: PeopleOptions): People {
  const expireTokens = (): void => {
    for (const token of state.accessTokens.keys()) state.accessTokens.set(token, 0)
  }
  return {
    say: (dialogId, text, options = {}) => {
      const speaker = toSpeaker(dialogId, options)
      const bot = requireBot(state)
      const message = state.addMessage(String(dialogId), speaker.userId, text)
      const isV1 = bot.api === 'v1'
      const data = isV1 ? describeV1(bot, message, speaker) : describeV2(bot, message, speaker)
      const told = events.tell(isV1 ? 'ONIMBOTMESSAGEADD' : 'ONIMBOTV2MESSAGEADD', data)
      return { messageId: message.messageId, ...told }
    },
    join: (dialogId, options = {}) => {
      const data = describeJoin(requireBot(state), String(dialogId), toSpeaker(dialogId, options))
      return { messageId: 0, ...events.tell('ONIMBOTV2JOINCHAT', data) }
    },
    sent: (dialogId) =>
      state.messages
        .filter(({ authorId }) => authorId === state.bot?.id)
        .filter((message) => dialogId === undefined || message.dialogId === String(dialogId)),
    typing: (dialogId) => state.typing.filter((shown) => shown.dialogId === String(dialogId)).length,
    deleteMessage: (messageId) => {
      const message = state.messages.find((known) => known.messageId === messageId)
      if (message) message.deleted = true
    },
    install: (handlerUrl) => {
      state.applicationToken = randomBytes(16).toString('hex')
      const data = { VERSION: 1, ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'ru' }
      const more = { ...state.grant(expiresIn), expires_in: expiresIn }
      return events.post(handlerUrl, { event: 'ONAPPINSTALL', data, more })
    },
    uninstall: (handlerUrl) => {
      const data = { LANGUAGE_ID: 'ru', CLEAN: 1 }
      return events.post(handlerUrl, { event: 'ONAPPUNINSTALL', data, more: { access_token: undefined } })
    },
    setAdministrator: (is) => {
      state.isAdministrator = is
    },
    grant: () => state.grant(expiresIn),
    expireTokens,
    revokeTokens: () => {
      state.refreshTokens.clear()
      expireTokens()
    },
    removeBot: () => {
      state.bot = undefined
    },
  }
}

function requireBot({ bot }: PortalState): RegisteredBot {
  if (bot) return bot
  throw new Error('The bot is not registered yet: nobody can write to it.')
}

const STRANGER = 7

function toSpeaker(dialogId: number | string, options: SpeakOptions): Speaker {
  const own = Number(dialogId)
  const { userId = Number.isNaN(own) ? STRANGER : own, bot = false } = options
  const { system = false, language = 'ru', name = `User ${userId}` } = options
  return { userId, name, bot, system, language }
}
