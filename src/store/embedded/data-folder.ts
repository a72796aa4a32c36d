import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../errors.ts'
import { unpackTemplate } from './cluster-template.ts'

/** The major version of PostgreSQL that the pinned PGlite is; a cluster of another one cannot be opened. */
const POSTGRES_MAJOR = '18'

/** Beside this file in the sources; the build leaves it there, next to nothing but `dist`. */
const TEMPLATES = ['./cluster-template.br', '../../../../src/store/embedded/cluster-template.br']

/** The cluster's folder inside the data folder. Both are created, readable by their owner only. */
export async function createDataFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'database')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  return folder
}

/**
 * Makes sure that the folder holds a cluster this version can open; a new one is unpacked from the template.
 * Without the template (a build that left it out) PGlite initialises the folder itself, some seconds slower.
 *
 * @throws `data_folder_incompatible` when another major version of PostgreSQL wrote it.
 */
export async function prepareCluster(folder: string): Promise<void> {
  // Written last: a folder without it was left half made.
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => null)
  if (version === null) return createCluster(folder)
  if (version.trim() === POSTGRES_MAJOR) return
  throw new AppError('data_folder_incompatible', {
    params: { folder, found: version.trim(), expected: POSTGRES_MAJOR },
  })
}

async function createCluster(folder: string): Promise<void> {
  const template = TEMPLATES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url))
  const unpacked = `${folder}.new`
  await rm(unpacked, { recursive: true, force: true })
  await mkdir(unpacked, { mode: 0o700 })
  if (template !== undefined) await unpackTemplate(fileURLToPath(template), unpacked)
  await rm(folder, { recursive: true, force: true })
  // In one step, so that a process killed meanwhile leaves a folder that is whole or absent.
  await rename(unpacked, folder)
}
