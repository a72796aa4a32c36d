import { randomBytes } from 'node:crypto'
import { describeJoin } from './describe-message.ts'
import type { PortalEvents } from './portal-events.ts'
import type { PortalState, StoredMessage } from './portal-state.ts'
import { createWriters, requireBot, toSpeaker, type Act, type SpeakOptions, type Writers } from './writers.ts'

/** What people and administrators do. */
export interface People extends Writers {
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
    ...createWriters({ state, events }),
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
