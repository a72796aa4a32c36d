import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { AppError } from '../../errors.ts'
import type { ReadLimits } from './block.ts'

export interface UnpackOptions {
  readonly limits: Pick<ReadLimits, 'entries' | 'unpackedBytes'>
  /** Which files are wanted, by their names in the archive; the others are not unpacked. */
  readonly wants: (name: string) => boolean
}

/**
 * Unpacks files of an archive into memory. What the archive says of itself is checked before anything is unpacked, and
 * what really comes out while it does. Names stay names: nothing is written anywhere. Throws `document_too_large`,
 * `document_encrypted` or `document_damaged`.
 */
export async function unpackZip(
  bytes: Uint8Array,
  { limits, wants }: UnpackOptions,
): Promise<ReadonlyMap<string, Buffer>> {
  try {
    const archive = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
      autoClose: false,
    })
    const entries = await listEntries(archive, limits)
    return await unpack(
      archive,
      entries.filter(({ fileName }) => wants(fileName)),
      limits,
    )
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('document_damaged', { cause: error })
  }
}

async function listEntries(
  archive: ZipFile,
  { entries: most, unpackedBytes }: UnpackOptions['limits'],
): Promise<readonly Entry[]> {
  if (archive.entryCount > most) throw tooLarge(`it holds ${archive.entryCount} files, ${most} are allowed`)
  const entries: Entry[] = []
  let total = 0
  for await (const entry of archive.eachEntry()) {
    if (entry.isEncrypted()) throw new AppError('document_encrypted')
    total += entry.uncompressedSize
    entries.push(entry)
    if (total > unpackedBytes || entries.length > most) throw tooBig(unpackedBytes)
  }
  return entries
}

async function unpack(
  archive: ZipFile,
  entries: readonly Entry[],
  { unpackedBytes }: UnpackOptions['limits'],
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>()
  let total = 0
  for (const entry of entries) {
    const parts: Buffer[] = []
    for await (const part of await archive.openReadStreamPromise(entry)) {
      total += (part as Buffer).byteLength
      if (total > unpackedBytes) throw tooBig(unpackedBytes)
      parts.push(part as Buffer)
    }
    files.set(entry.fileName, Buffer.concat(parts))
  }
  return files
}

function tooBig(limit: number): AppError {
  return tooLarge(`unpacked it has more than ${Math.round(limit / 1_048_576)} MB`)
}

function tooLarge(problem: string): AppError {
  return new AppError('document_too_large', { params: { problem } })
}
