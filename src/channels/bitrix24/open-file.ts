import { AppError } from '../../errors.ts'
import { BitrixFailure, isFailure } from './bitrix-failure.ts'
import type { Attachment } from './message-detail.ts'
import type { MessageTask } from './message-task.ts'

/** The largest file that is fetched, in megabytes: what Telegram gives to bots. */
export const MAX_FILE_MB = 20

export interface OpenedFile {
  readonly bytes: Uint8Array
  readonly name: string
  readonly mimeType: string
}

/** A file that cannot be fetched now is asked for so often; then the person is told. */
const ATTEMPTS = 3

/**
 * Fetches a file of a message. Throws a `BitrixFailure` of kind `rejected` when the portal does not hand it out, and
 * `document_too_large`. Links are good once, so each call asks for a new one.
 */
export async function openFile({ portal, work }: MessageTask, file: Attachment): Promise<OpenedFile> {
  const { signal } = work
  try {
    const { url, name } = await findLink({ portal, work }, file)
    const { bytes, contentType, disposition } = await portal.download(url, MAX_FILE_MB * 1_048_576, signal)
    const called = file.name ?? name ?? nameIn(disposition) ?? `file-${file.id}`
    return { bytes, name: called, mimeType: contentType?.split(';')[0]?.trim() ?? 'application/octet-stream' }
  } catch (error) {
    signal.throwIfAborted()
    throw toFailure(error, work.attempt >= ATTEMPTS)
  }
}

interface Link {
  readonly url: string
  readonly name?: string
}

/**
 * imbot.v2 asks as the bot, which is in the chat. imbot has nothing of the kind: the drive gives the file to who has
 * authorized the application, with the right `disk`. Source: b24restdocs, imbot.v2.File.download and disk.file.get.
 */
async function findLink(
  { portal, work }: Pick<MessageTask, 'portal' | 'work'>,
  file: Attachment,
): Promise<Link> {
  const bot = (await portal.state())?.bot
  const id = Number(file.id)
  if (bot?.api === 'v1') {
    const { DOWNLOAD_URL, NAME } = toFields(await portal.call('disk.file.get', { id }, work.signal))
    return { url: requireText(DOWNLOAD_URL), name: requireText(NAME) }
  }
  const parameters = { botId: bot?.id, fileId: id }
  const reply = await portal.call('imbot.v2.File.download', parameters, work.signal)
  return { url: requireText(toFields(reply)['downloadUrl']) }
}

function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function requireText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new BitrixFailure('the portal gives no link to the file', { kind: 'rejected' })
}

function toFailure(error: unknown, isLast: boolean): unknown {
  if (isRefusal(error)) return new BitrixFailure(error.message, { kind: 'rejected' })
  if (!(error instanceof AppError) || !error.code.startsWith('address_')) return error
  const kind = isLast || error.code === 'address_refused' ? 'rejected' : 'unknown'
  return new BitrixFailure(`the file cannot be fetched: ${error.message}`, { kind })
}

/** A right that the application lacks for this alone is no reason to doubt its authorization. */
function isRefusal(error: unknown): error is BitrixFailure {
  if (isFailure(error, 'unauthorized')) return error.message.includes('insufficient_scope')
  return isFailure(error, 'gone', 'missing', 'no-method')
}

/** The name that a download brings. Source: RFC 6266, RFC 8187. */
function nameIn(disposition: string = ''): string | undefined {
  const [, encoded] = /filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition) ?? []
  const [, plain] = /filename\s*=\s*"?([^";]+)/i.exec(disposition) ?? []
  // Headers are read as Latin-1, whatever was meant.
  const name = decode(encoded) ?? (plain && Buffer.from(plain, 'latin1').toString())
  return name?.split(/[/\\]/).at(-1)?.trim() || undefined
}

function decode(encoded: string | undefined): string | undefined {
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
