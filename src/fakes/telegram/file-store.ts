import { createHash } from 'node:crypto'
import type { Upload } from './parameters.ts'
import { badRequest } from './telegram-error.ts'
import type { TelegramFile } from './telegram-types.ts'

export type FileKind = 'document' | 'photo' | 'voice'

export interface StoredFile extends Upload {
  readonly kind: FileKind
  readonly path: string
  readonly info: TelegramFile
}

const FOLDERS: Readonly<Record<FileKind, string>> = { document: 'documents', photo: 'photos', voice: 'voice' }
const ENDINGS: Readonly<Record<FileKind, string>> = { document: '', photo: '.jpg', voice: '.oga' }

/** Files that were sent, by people and by the bot. */
export class FileStore {
  readonly #maxDownload: number
  readonly #files = new Map<string, StoredFile>()

  constructor(maxDownload: number) {
    this.#maxDownload = maxDownload
  }

  add(kind: FileKind, upload: Upload): StoredFile {
    const number = this.#files.size
    const digest = createHash('sha256').update(upload.content).digest('base64url')
    const ending = ENDINGS[kind] || (/\.\w+$/.exec(upload.name)?.[0] ?? '')
    const info = {
      file_id: `BQACAgIAAxkBAAI${number}_${digest.slice(0, 24)}`,
      file_unique_id: `AgAD${digest.slice(0, 11)}`,
      file_size: upload.content.length,
    }
    const file = { ...upload, kind, info, path: `${FOLDERS[kind]}/file_${number}${ending}` }
    this.#files.set(info.file_id, file)
    return file
  }

  find(fileId: string): StoredFile {
    const file = this.#files.get(fileId)
    if (!file) throw badRequest('wrong remote file identifier specified: Wrong string length')
    return file
  }

  /** The answer of getFile. */
  describe(fileId: string): object {
    const file = this.#files.get(fileId)
    if (!file) throw badRequest('invalid file_id')
    if (file.info.file_size > this.#maxDownload) throw badRequest('file is too big')
    return { ...file.info, file_path: file.path }
  }

  atPath(path: string): StoredFile | undefined {
    return [...this.#files.values()].find(
      (file) => file.path === path && file.info.file_size <= this.#maxDownload,
    )
  }
}
