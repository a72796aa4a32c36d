import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { NewDocument } from '../documents.ts'
import { AppError } from '../errors.ts'
import { UsageError } from './command.ts'

/** A document that is to be read: a file, or what a web address gives. */
export interface Source {
  /** How it is called, with its folders below the one that was named. */
  readonly name: string
  readonly path?: string
  readonly url?: string
}

/** The files of a folder with those below it, a single file, or an address. Hidden ones and links are left out. */
export async function listSources(place: string, cwd: string): Promise<readonly Source[]> {
  if (/^https?:\/\//i.test(place)) return [{ name: place, url: place }]
  const path = resolve(cwd, place)
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new UsageError(`There is no file or folder ${path}.`)
  if (!found.isDirectory()) return [{ name: basename(path), path }]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ name: relative(path, file).replaceAll('\\', '/'), path: file }))
    .filter(({ name }) => !name.split('/').some((part) => part.startsWith('.') || part === 'node_modules'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Throws `document_too_large` before anything is read. */
export async function readSource({ name, path = '' }: Source, maxBytes: number): Promise<NewDocument> {
  const { size } = await stat(path)
  if (size > maxBytes) {
    const problem = `it has ${Math.ceil(size / 1_048_576)} MB, ${Math.floor(maxBytes / 1_048_576)} MB are allowed`
    throw new AppError('document_too_large', { params: { problem } })
  }
  return { name, keepFolders: true, bytes: await readFile(path) }
}
