import { isDeepStrictEqual } from 'node:util'
import type { Account, Method, Methods } from './account.ts'
import { findMessage, post, readMarkup, readText, readThread } from './message-parameters.ts'
import { badRequest } from './telegram-error.ts'

const ACTIONS = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
])

const DRAFT_SECONDS = 30
const DELETABLE_SECONDS = 48 * 3_600

/** Messages of text. Sources of the checks and sentences: tdlib/telegram-bot-api, Client.cpp, and tdlib/td. */
export function createMessageMethods(account: Account): Methods {
  return {
    sendMessage: (parameters) => {
      if (parameters.text('text') === '') throw badRequest('message text is empty')
      const { text, entities } = readText(parameters)
      if (text === '') throw badRequest('text must be non-empty')
      return post(account, parameters, { text, ...(entities.length > 0 && { entities }) })
    },
    editMessageText: editMessageText(account),
    sendMessageDraft: sendMessageDraft(account),
    deleteMessage: deleteMessage(account),
    sendChatAction: (parameters) => {
      if (!ACTIONS.has(parameters.text('action'))) throw badRequest('wrong parameter action in request')
      readThread(account.chats.findWritable(parameters.text('chat_id')), parameters)
      return true
    },
    answerCallbackQuery: (parameters) => {
      if (!account.openQueries.delete(parameters.text('callback_query_id')))
        throw badRequest('query is too old and response timeout expired or query ID is invalid')
      return true
    },
  }
}

function editMessageText({ chats, bot }: Account): Method {
  return (parameters) => {
    if (parameters.text('text') === '') throw badRequest('message text is empty')
    const { text, entities } = readText(parameters)
    const markup = readMarkup(parameters)
    const state = chats.findWritable(parameters.text('chat_id'))
    const stored = findMessage(state, parameters, 'message to edit')
    const { message } = stored
    if (message.from.id !== bot.id) throw badRequest("message can't be edited")
    if (message.text === undefined) throw badRequest('there is no text in the message to edit')
    if (text === '') throw badRequest('text must be non-empty')
    const now = [message.text, message.entities ?? [], message.reply_markup]
    if (isDeepStrictEqual(now, [text, entities, markup]))
      throw badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      )
    const content = {
      text,
      ...(entities.length > 0 && { entities }),
      ...(markup && { reply_markup: markup }),
    }
    return chats.edit(stored, content)
  }
}

/** A preview: no message comes of it, and the bot's next message takes its place. */
function sendMessageDraft({ chats, clock }: Account): Method {
  return (parameters) => {
    const { text, entities } = readText(parameters)
    const state = chats.findWritable(parameters.text('chat_id'))
    if (state.chat.type !== 'private') throw badRequest('TEXTDRAFT_PEER_INVALID')
    const draftId = parameters.integer('draft_id') ?? 0
    if (draftId === 0) throw badRequest('RANDOM_ID_INVALID')
    state.draft = {
      chatId: state.chat.id,
      draftId,
      threadId: readThread(state, parameters),
      text,
      entities,
      canStop: parameters.flag('can_stop'),
      keepOnStop: parameters.flag('keep_on_stop'),
      version: state.draft?.draftId === draftId ? state.draft.version + 1 : 1,
      expiresAt: clock.now() + DRAFT_SECONDS,
    }
    return true
  }
}

/** The bot is no administrator: in groups it deletes only what it sent. */
function deleteMessage({ chats, bot, clock }: Account): Method {
  return (parameters) => {
    const state = chats.findWritable(parameters.text('chat_id'))
    const stored = findMessage(state, parameters, 'message to delete')
    const { from, date } = stored.message
    if (state.chat.type !== 'private' && from.id !== bot.id) throw badRequest("message can't be deleted")
    if (clock.now() - date > DELETABLE_SECONDS) throw badRequest("message can't be deleted for everyone")
    stored.deleted = true
    return true
  }
}
