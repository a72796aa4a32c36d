import type { Account, Method, Methods } from './account.ts'
import type { FileKind, StoredFile } from './file-store.ts'
import { findMessage, post, readCaption } from './message-parameters.ts'
import type { Parameters, Upload } from './parameters.ts'
import { TelegramError, badRequest } from './telegram-error.ts'
import type { TelegramContent, TelegramPhotoSize } from './telegram-types.ts'

const MAX_UPLOAD = 50 * 1024 * 1024
const MAX_PHOTO = 10 * 1024 * 1024

const UNKNOWN = 'application/octet-stream'
const NAMES: Readonly<Record<FileKind, string>> = { document: 'Document', photo: 'Photo', voice: 'VoiceNote' }

/** What Telegram's image decoder would take: JPEG, PNG, GIF, WebP. */
const IMAGE = /^(?:\u{ff}\u{d8}\u{ff}|\u{89}PNG\r\n|GIF8|RIFF.{4}WEBP)/su

export function createFileMethods(account: Account): Methods {
  return {
    sendDocument: sendFile(account, 'document'),
    sendPhoto: sendFile(account, 'photo'),
    sendVoice: sendFile(account, 'voice'),
    editMessageMedia: editMedia(account),
    getFile: (parameters) => account.files.describe(parameters.text('file_id')),
  }
}

function sendFile(account: Account, kind: FileKind): Method {
  return (parameters) => {
    const caption = readCaption(parameters)
    const upload = parameters.upload(kind)
    const duration = parameters.integer('duration') ?? 0
    if (upload) {
      checkUpload(kind, upload)
      account.chats.findWritable(parameters.text('chat_id'))
    }
    const file = upload ? account.files.add(kind, upload) : findSent(account, kind, parameters)
    return post(account, parameters, { ...describeFile(file, duration), ...caption })
  }
}

/** Takes documents; a text may become one. Sources: Bot API, editMessageMedia; tdlib/td, MessageContent. */
function editMedia(account: Account): Method {
  return (parameters) => {
    const media = parameters.json('media', 'InputMedia')
    const { type, media: reference } = (media ?? {}) as { type?: unknown; media?: unknown }
    if (type !== 'document' || typeof reference !== 'string') throw badRequest('MEDIA_INVALID')
    const upload = parameters.uploads.get(/^attach:\/\/(.+)$/.exec(reference)?.[1] ?? '')
    if (!upload) throw badRequest('there is no document in the request')
    checkUpload('document', upload)
    const stored = findMessage(
      account.chats.findWritable(parameters.text('chat_id')),
      parameters,
      'message to edit',
    )
    if (stored.message.from.id !== account.bot.id) throw badRequest("message can't be edited")
    return account.chats.edit(stored, describeFile(account.files.add('document', upload)))
  }
}

function findSent({ files }: Account, kind: FileKind, parameters: Parameters): StoredFile {
  const reference = parameters.text(kind)
  if (reference === '' || reference.startsWith('attach://'))
    throw badRequest(`there is no ${kind} in the request`)
  if (/^https?:/.test(reference)) throw badRequest('failed to get HTTP URL content')
  const file = files.find(reference)
  if (file.kind !== kind) throw badRequest(`can't use file of type ${NAMES[file.kind]} as ${NAMES[kind]}`)
  return file
}

function checkUpload(kind: FileKind, { content }: Upload): void {
  if (content.length === 0) throw badRequest('file must be non-empty')
  if (content.length > MAX_UPLOAD) throw new TelegramError(413, 'Request Entity Too Large')
  if (kind !== 'photo') return
  if (content.length > MAX_PHOTO)
    throw badRequest(
      `file of size ${content.length} bytes is too big for a photo; the maximum size is ${MAX_PHOTO} bytes`,
    )
  if (!IMAGE.test(content.subarray(0, 12).toString('latin1'))) throw badRequest('IMAGE_PROCESS_FAILED')
}

/** The file as a part of a message. Seconds; only voice messages have a duration. */
export function describeFile(file: StoredFile, duration = 0): TelegramContent {
  const { info, name } = file
  const mimeType = file.mimeType === '' ? UNKNOWN : file.mimeType
  if (file.kind === 'photo') return { photo: sizesOf(file) }
  if (file.kind === 'voice')
    return { voice: { ...info, duration, mime_type: mimeType === UNKNOWN ? 'audio/ogg' : mimeType } }
  return {
    document: { ...info, file_name: name, mime_type: mimeType },
  }
}

/** Pictures are not decoded: their sizes are those of a common photo. */
function sizesOf({ info }: StoredFile): readonly TelegramPhotoSize[] {
  return [
    { ...info, file_unique_id: `${info.file_unique_id}s`, width: 90, height: 67 },
    { ...info, width: 1_280, height: 960 },
  ]
}
