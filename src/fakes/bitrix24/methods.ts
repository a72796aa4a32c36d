import { describeDriveFile } from './drive.ts'
import type { PortalState, RegisteredBot, StoredMessage } from './portal-state.ts'
import { RestError } from './rest-error.ts'

export type Fields = Readonly<Record<string, unknown>>
export type Methods = Readonly<Record<string, (parameters: Fields) => unknown>>

/** What every portal has. */
export function createCommonMethods(state: PortalState): Methods {
  return {
    'app.info': () => ({
      ID: 1,
      CODE: state.application.clientId,
      VERSION: 1,
      STATUS: 'L',
      INSTALLED: true,
      LANGUAGE_ID: 'ru',
      LICENSE: 'ru_basic',
    }),
    profile: () => ({ ID: '1', ADMIN: state.isAdministrator, NAME: 'Анна', LAST_NAME: 'Иванова' }),
    'user.admin': () => state.isAdministrator,
    'disk.file.get': ({ id }) => {
      if (state.scope.split(',').includes('disk')) return describeDriveFile(state.drive, id)
      throw new RestError(403, 'insufficient_scope', 'The request requires higher privileges')
    },
  }
}

/** Longest message of imbot.v2. */
const LONGEST = 20_000
const CUT = ' (...)'

/** imbot.v2. Source: b24restdocs, chat-bots-v2. */
export function createV2Methods(state: PortalState, fetch: (parameters: Fields) => unknown): Methods {
  return {
    'imbot.v2.Revision.get': () => ({ rest: 33, web: 130, mobile: 23, desktop: 6 }),
    'imbot.v2.Bot.register': ({ fields }) => describe(registerV2(state, asFields(fields))),
    'imbot.v2.Bot.update': ({ botId, fields }) => {
      const bot = ownBot(state, botId)
      change(bot, asFields(fields))
      return describe(bot)
    },
    'imbot.v2.Chat.Message.send': ({ botId, dialogId, fields }) => {
      const bot = ownBot(state, botId)
      const text = textOf(asFields(fields)['message'])
      if (text === '') throw new RestError(400, 'EMPTY_MESSAGE', 'Message is empty')
      const message = state.addMessage({ dialogId: idOf(dialogId), authorId: bot.id, text: shorten(text) })
      message.keyboard = asFields(fields)['keyboard']
      return { id: message.messageId, uuidMap: {} }
    },
    'imbot.v2.Chat.Message.update': ({ botId, messageId, fields }) => {
      update(
        ownMessage(state, ownBot(state, botId), messageId),
        asFields(fields)['message'],
        asFields(fields)['keyboard'],
      )
      return { result: true }
    },
    'imbot.v2.Chat.InputAction.notify': ({ botId, dialogId }) => {
      ownBot(state, botId)
      state.typing.push({ dialogId: idOf(dialogId), at: Date.now() })
      return { result: true }
    },
    'imbot.v2.File.download': ({ botId, fileId }) => {
      ownBot(state, botId)
      const file = state.drive.find(fileId)
      if (!file) throw new RestError(400, 'FILE_NOT_FOUND', 'File not found')
      return { downloadUrl: state.drive.linkTo(file) }
    },
    'imbot.v2.Event.get': (parameters) => {
      ownBot(state, parameters['botId'])
      return fetch(parameters)
    },
  }
}

/** imbot, which portals of their owners may have alone. */
export function createV1Methods(state: PortalState): Methods {
  return {
    'imbot.register': (fields) => {
      const code = textOf(fields['CODE'])
      const properties = asFields(fields['PROPERTIES'])
      const known = state.bot?.code === code ? state.bot : undefined
      const bot: RegisteredBot = known ?? {
        id: state.nextId(),
        code,
        name: textOf(properties['NAME']),
        api: 'v1',
        eventMode: 'webhook',
        webhookUrl: textOf(fields['EVENT_MESSAGE_ADD'] ?? fields['EVENT_HANDLER']),
        updateUrl: undefined,
      }
      state.bot = bot
      return bot.id
    },
    'imbot.update': ({ BOT_ID, FIELDS }) => {
      const bot = ownBot(state, BOT_ID)
      const fields = asFields(FIELDS)
      const {
        EVENT_HANDLER,
        EVENT_MESSAGE_ADD = EVENT_HANDLER,
        EVENT_MESSAGE_UPDATE = EVENT_HANDLER,
      } = fields
      if (typeof EVENT_MESSAGE_ADD === 'string') bot.webhookUrl = EVENT_MESSAGE_ADD
      if (typeof EVENT_MESSAGE_UPDATE === 'string') bot.updateUrl = EVENT_MESSAGE_UPDATE
      bot.name = textOf(asFields(fields['PROPERTIES'])['NAME']) || bot.name
      return true
    },
    'imbot.message.add': ({ BOT_ID, DIALOG_ID, MESSAGE, KEYBOARD }) => {
      const bot = ownBot(state, BOT_ID)
      const text = textOf(MESSAGE)
      if (text === '') throw new RestError(400, 'MESSAGE_EMPTY', 'Message is empty')
      const message = state.addMessage({ dialogId: idOf(DIALOG_ID), authorId: bot.id, text })
      message.keyboard = KEYBOARD
      return message.messageId
    },
    'imbot.message.update': ({ BOT_ID, MESSAGE_ID, MESSAGE, KEYBOARD }) => {
      update(ownMessage(state, ownBot(state, BOT_ID), MESSAGE_ID), MESSAGE, KEYBOARD)
      return true
    },
    'imbot.chat.sendTyping': ({ BOT_ID, DIALOG_ID }) => {
      ownBot(state, BOT_ID)
      state.typing.push({ dialogId: idOf(DIALOG_ID), at: Date.now() })
      return true
    },
  }
}

/** A known code gives the bot as it is. */
function registerV2(state: PortalState, fields: Fields): RegisteredBot {
  const code = textOf(fields['code'])
  if (code === '') throw new RestError(400, 'BOT_CODE_REQUIRED', 'Bot code is required')
  if (state.bot?.code === code) return state.bot
  const bot: RegisteredBot = {
    id: state.nextId(),
    code,
    name: '',
    api: 'v2',
    eventMode: 'fetch',
    webhookUrl: undefined,
    updateUrl: undefined,
  }
  change(bot, fields)
  state.bot = bot
  return bot
}

function change(bot: RegisteredBot, fields: Fields): void {
  const { eventMode, webhookUrl, properties } = fields
  if (eventMode === 'webhook' && typeof webhookUrl !== 'string')
    throw new RestError(400, 'BOT_WEBHOOK_URL_REQUIRED', 'Webhook URL is required')
  if (eventMode === 'fetch' || eventMode === 'webhook') bot.eventMode = eventMode
  if (typeof webhookUrl === 'string') bot.webhookUrl = webhookUrl
  bot.name = textOf(asFields(properties)['name']) || bot.name
}

function describe({ id, code, eventMode }: RegisteredBot): object {
  return { bot: { id, code, type: 'bot', eventMode, isHidden: false }, users: [{ id, bot: true }] }
}

function ownBot({ bot }: PortalState, id: unknown): RegisteredBot {
  if (id === undefined) throw new RestError(400, 'BOT_ID_REQUIRED', 'Bot ID is required')
  if (bot && Number(id) === bot.id) return bot
  throw new RestError(400, 'BOT_NOT_FOUND', 'Bot not found')
}

function ownMessage({ messages }: PortalState, bot: RegisteredBot, id: unknown): StoredMessage {
  const message = messages.find(({ messageId, deleted }) => messageId === Number(id) && !deleted)
  if (message?.authorId === bot.id) return message
  throw new RestError(403, 'ACCESS_DENIED', 'Access denied')
}

function update(message: StoredMessage, text: unknown, keyboard: unknown): void {
  message.earlier.push(message.text)
  message.text = shorten(textOf(text))
  if (keyboard !== undefined) message.keyboard = keyboard
}

function shorten(text: string): string {
  return text.length > LONGEST ? text.slice(0, LONGEST) + CUT : text
}

function idOf(dialogId: unknown): string {
  const id = textOf(dialogId)
  if (/^(?:chat)?\d+$/.test(id)) return id
  throw new RestError(400, 'DIALOG_ID_EMPTY', 'Dialog ID is empty')
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
