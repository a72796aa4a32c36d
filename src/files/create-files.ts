import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { AnswerFileStore } from '../store/store.ts'
import type { AnswerFiles } from './files.ts'

export interface FilesOptions {
  readonly store: AnswerFileStore
  /** Where people reach this server; absent: addresses are relative. */
  readonly publicUrl: string | undefined
  readonly keepMs: number
}

const MOST_BYTES = 10 * 1024 * 1024
/** Of one person; older ones make room. */
const MOST_FILES = 50

/** Keeps files under addresses that nobody can guess; the store knows only their hashes. */
export function createFiles({ store, publicUrl = '', keepMs }: FilesOptions): AnswerFiles {
  return {
    of: (subject) => ({
      keep: async ({ name, contentType, bytes }) => {
        if (bytes.byteLength > MOST_BYTES)
          throw new AppError('file_too_large', { params: { limit: MOST_BYTES } })
        const token = randomBytes(24).toString('base64url')
        const file = { id: idOf(token), subject, name, contentType, bytes }
        await store.keep({ ...file, forMs: keepMs, most: MOST_FILES })
        const url = `${publicUrl}/files/${token}/${encodeURIComponent(name)}`
        return { type: 'file', name, url, contentType }
      },
    }),
    open: async (url) => {
      const token = tokenIn(url, publicUrl)
      return token === undefined ? undefined : await store.find(idOf(token))
    },
  }
}

/** Other servers may have files under such a path, too. */
function tokenIn(url: string, publicUrl: string): string | undefined {
  const path = url.startsWith('/') ? url : url.startsWith(`${publicUrl}/`) ? url.slice(publicUrl.length) : ''
  return /^\/files\/([\w-]{32})(?:\/|$)/.exec(path)?.[1]
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
