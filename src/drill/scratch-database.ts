import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, readdir, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A database that is there for one drill only. */
export interface ScratchDatabase {
  /** Absent: the embedded one. */
  readonly url?: string
  /** For people, without a password. */
  readonly label: string
  close(): Promise<void>
}

const run = promisify(execFile)
const DEBIAN_FOLDER = '/usr/lib/postgresql'
const BOOT_LIMIT_MS = 30_000

/** The embedded database of a fresh folder: nothing to start, nothing to drop. */
export function useEmbeddedDatabase(): ScratchDatabase {
  return { label: 'embedded', close: () => Promise.resolve() }
}

/** A new database on a server where its user may create one. */
export async function createScratchDatabase(serverUrl: string): Promise<ScratchDatabase> {
  const name = `botyard_drill_${randomBytes(6).toString('hex')}`
  await runStatement(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    label: `PostgreSQL, database ${name} on ${url.host}`,
    close: () => runStatement(serverUrl, `drop database if exists ${name} with (force)`),
  }
}

/**
 * A PostgreSQL server of its own in `folder`, as durable as one in production. Undefined when PostgreSQL is not
 * installed here: neither on the PATH nor where Debian puts it.
 */
export async function startThrowAwayServer(
  folder: string,
  path: string,
): Promise<ScratchDatabase | undefined> {
  const programs = await findPrograms(path)
  if (programs === undefined) return undefined
  const owner = await findOwner()
  const data = join(folder, 'cluster')
  await mkdir(data, { mode: 0o700 })
  if (owner) await Promise.all([chown(folder, owner.uid, owner.gid), chown(data, owner.uid, owner.gid)])
  const initdb = ['-D', data, '-U', 'drill', '--auth=trust', '--encoding=UTF8', '--locale=C']
  await run(join(programs, 'initdb'), initdb, { ...owner })
  const settings = ['-k', data, '-c', 'listen_addresses=', '-c', 'max_connections=200']
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings], { stdio: 'ignore', ...owner })
  const gone = new Promise((resolve) => server.once('exit', resolve).once('error', resolve))
  const killNow = (): void => void server.kill('SIGKILL')
  process.once('exit', killNow)
  const close = async (): Promise<void> => {
    server.kill('SIGINT')
    await gone
    process.off('exit', killNow)
  }
  const url = `postgresql://drill@localhost/postgres?host=${encodeURIComponent(data)}`
  try {
    await untilAnswering(url)
  } catch (error) {
    await close()
    throw error
  }
  return { url, label: 'PostgreSQL, a throw-away server', close }
}

/** The folder that holds `initdb` and `postgres`; the newest version when Debian has several. */
async function findPrograms(path: string): Promise<string | undefined> {
  const versions = await readdir(DEBIAN_FOLDER).catch(() => [])
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a))
  const folders = [
    ...path.split(delimiter),
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
  ]
  for (const folder of folders)
    if ((await exists(join(folder, 'initdb'))) && (await exists(join(folder, 'postgres')))) return folder
  return undefined
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** PostgreSQL refuses to run as root; its own user, or the one that owns nothing, runs it then. */
async function findOwner(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    const ids = await Promise.all([idOf('-u', user), idOf('-g', user)])
    const [uid, gid] = ids
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  return undefined
}

async function idOf(kind: '-u' | '-g', user: string): Promise<number | undefined> {
  try {
    return Number((await run('id', [kind, user])).stdout)
  } catch {
    return undefined
  }
}

async function untilAnswering(url: string): Promise<void> {
  const deadline = Date.now() + BOOT_LIMIT_MS
  for (;;) {
    try {
      return await runStatement(url, 'select 1')
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(100)
    }
  }
}

async function runStatement(url: string, statement: string): Promise<void> {
  const { Client } = await import('pg')
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
