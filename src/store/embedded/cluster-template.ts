import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'

/** One file of a database cluster. */
export interface ClusterFile {
  /** Relative to the cluster's folder, with forward slashes. */
  readonly path: string
  readonly content: Buffer
}

/** A cluster that was initialised once, so that a first start only has to unpack it. */
export interface ClusterTemplate {
  readonly folders: readonly string[]
  readonly files: readonly ClusterFile[]
}

interface Directory {
  readonly folders: readonly string[]
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

const LENGTH_BYTES = 4
const WRITTEN_AT_ONCE = 32

/** Packs a template: length of the directory, the directory as JSON, the contents end to end, all in Brotli. */
export async function packTemplate({ folders, files }: ClusterTemplate): Promise<Buffer> {
  const listing: Directory = {
    folders,
    files: files.map(({ path, content }) => ({ path, bytes: content.length })),
  }
  const directory = Buffer.from(JSON.stringify(listing))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(directory.length)
  const packed = Buffer.concat([length, directory, ...files.map(({ content }) => content)])
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants
  return promisify(brotliCompress)(packed, {
    params: { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: packed.length },
  })
}

/** Writes a packed template into an empty folder. */
export async function unpackTemplate(file: string | URL, folder: string): Promise<void> {
  const packed = await promisify(brotliDecompress)(await readFile(file))
  const start = LENGTH_BYTES + packed.readUInt32BE(0)
  const directory = JSON.parse(packed.toString('utf8', LENGTH_BYTES, start)) as Directory
  for (const path of directory.folders) await mkdir(join(folder, path), { recursive: true, mode: 0o700 })
  let offset = start
  const files = directory.files.map(({ path, bytes }): ClusterFile => {
    offset += bytes
    return { path, content: packed.subarray(offset - bytes, offset) }
  })
  while (files.length > 0) {
    const some = files.splice(0, WRITTEN_AT_ONCE)
    await Promise.all(
      some.map(({ path, content }) => writeFile(join(folder, path), content, { mode: 0o600 })),
    )
  }
}
