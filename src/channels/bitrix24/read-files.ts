import { z } from 'zod'
import { kindOf } from './file-kind.ts'
import type { Attachment } from './message-detail.ts'

/** More than anybody asks about at once; the rest of a message's files is left out. */
const MOST_FILES = 10

const number = z.union([z.string(), z.number()]).transform(Number)
const fileId = number.refine((id) => Number.isSafeInteger(id) && id > 0)

const FileSchema = z.object({
  id: fileId,
  name: z.string().min(1),
  /** `image`, `video`, `audio` or `file`. */
  type: z.string().optional(),
  size: number.optional(),
})

/**
 * The files of a message of imbot.v2: their ids on the portal's drive, and nothing else. Source: b24restdocs, Message
 * (`params`) and im.dialog.messages.get (`FILE_ID`).
 */
export function readV2Files(params: unknown): readonly Attachment[] {
  const ids = valuesOf(fieldOf(params, 'FILE_ID')).flatMap((id) => fileId.safeParse(id).data ?? [])
  return ids.slice(0, MOST_FILES).map((id) => ({ id: String(id), kind: null, name: null, size: null }))
}

/**
 * The files of a message of imbot: described in `FILES`, by their ids, or ids alone as in imbot.v2. Source: FileItem of
 * Bitrix24's module `im`, toRestFormat.
 */
export function readV1Files(files: unknown, params: unknown): readonly Attachment[] {
  const described = valuesOf(files).flatMap((file) => FileSchema.safeParse(file).data ?? [])
  if (described.length === 0) return readV2Files(params)
  return described.slice(0, MOST_FILES).map(({ id, name, type, size }) => ({
    id: String(id),
    kind: kindOf({ name, mimeType: type ?? '' }),
    name,
    size: size !== undefined && Number.isSafeInteger(size) ? size : null,
  }))
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Lists come as objects in forms, and a single value by itself. */
function valuesOf(value: unknown): readonly unknown[] {
  if (typeof value === 'object' && value !== null) return Object.values(value)
  return value === undefined ? [] : [value]
}
