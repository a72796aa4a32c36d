import { describeFile } from './drive.ts'
import type { RegisteredBot, StoredMessage } from './portal-state.ts'

export interface Speaker {
  readonly userId: number
  readonly name: string
  readonly bot: boolean
  readonly system: boolean
  readonly language: string
}

/** The data of a message's event as imbot.v2 tells it. Source: b24restdocs, imbot.v2 events. */
export function describeV2(bot: RegisteredBot, message: StoredMessage, speaker: Speaker): object {
  const { messageId, dialogId, text } = message
  return {
    bot: { id: bot.id, code: bot.code },
    message: {
      id: messageId,
      chatId: chatIdOf(dialogId),
      authorId: speaker.system ? 0 : speaker.userId,
      date: new Date(message.at).toISOString(),
      text,
      isSystem: speaker.system,
      uuid: '',
      forward: null,
      params: fileIdsOf(message),
    },
    ...describePlace(dialogId, speaker),
  }
}

/** The same for a chat the bot has come into. */
export function describeJoin(bot: RegisteredBot, dialogId: string, speaker: Speaker): object {
  return { bot: { id: bot.id, code: bot.code }, dialogId, ...describePlace(dialogId, speaker) }
}

function describePlace(dialogId: string, { userId, name, bot, language }: Speaker): object {
  const type = dialogId.startsWith('chat') ? 'chat' : 'private'
  return {
    chat: { id: chatIdOf(dialogId), dialogId, type, name: 'Чат', entityType: '', owner: 1 },
    user: { id: userId, active: true, name, firstName: name, bot, connector: false, type: 'employee' },
    language,
  }
}

/** The data as imbot tells it: the bot is a key. */
export function describeV1(bot: RegisteredBot, message: StoredMessage, speaker: Speaker): object {
  const { messageId, dialogId, text } = message
  const isGroup = dialogId.startsWith('chat')
  return {
    BOT: { [bot.id]: { BOT_ID: bot.id, BOT_CODE: bot.code } },
    PARAMS: {
      MESSAGE: text,
      MESSAGE_ID: messageId,
      DIALOG_ID: dialogId,
      CHAT_TYPE: isGroup ? 'C' : 'P',
      FROM_USER_ID: speaker.system ? 0 : speaker.userId,
      TO_USER_ID: bot.id,
      LANGUAGE: speaker.language,
      ...filesOf(message),
      ...(speaker.system && { SYSTEM: 'Y' }),
    },
    USER: { ID: speaker.userId, NAME: speaker.name, IS_BOT: speaker.bot ? 'Y' : 'N' },
  }
}

/** An edit as imbot tells it: who wrote the message is said in dialogs alone. Source: b24restdocs, ONIMBOTMESSAGEUPDATE. */
export function describeV1Edit(bot: RegisteredBot, message: StoredMessage, speaker: Speaker): object {
  const { messageId, dialogId, text } = message
  const isGroup = dialogId.startsWith('chat')
  return {
    BOT: { [bot.id]: { BOT_ID: bot.id, BOT_CODE: bot.code } },
    PARAMS: {
      ID: messageId,
      AUTHOR_ID: speaker.userId,
      MESSAGE: text,
      ...(!isGroup && { FROM_USER_ID: speaker.userId }),
      TO_USER_ID: bot.id,
      DIALOG_ID: dialogId,
      MESSAGE_ID: messageId,
      CHAT_TYPE: isGroup ? 'C' : 'P',
      LANGUAGE: speaker.language,
    },
    ...(!isGroup && { USER: { ID: speaker.userId, NAME: speaker.name, IS_BOT: speaker.bot ? 'Y' : 'N' } }),
  }
}

/** All that imbot.v2 says of files. */
function fileIdsOf({ files }: StoredMessage): object {
  return files.length > 0 ? { FILE_ID: files.map(({ id }) => id) } : {}
}

function filesOf(message: StoredMessage): object {
  if (message.files.length === 0) return {}
  const described = message.files.map((file) => [file.id, describeFile(file)])
  return { FILES: Object.fromEntries(described) as object, PARAMS: fileIdsOf(message) }
}

function chatIdOf(dialogId: string): number {
  return Number(dialogId.replace('chat', ''))
}
