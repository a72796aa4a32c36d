import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from './folder-lock.ts'

let folder: string
const options = { heartbeatMs: 20, onLost: () => undefined }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'botyard-lock-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(`${folder}.lock`, { force: true })
})

/** As another process does: renamed into place, so that a reader never sees half of it. */
async function writeHolder(beat: number, token = 'other'): Promise<void> {
  const draft = `${folder}.draft-${beat}`
  await writeFile(draft, JSON.stringify({ token, pid: 7, host: 'elsewhere', beat }))
  await rename(draft, `${folder}.lock`)
}

test('a lock is held until it is released', async () => {
  const lock = await lockFolder(folder, options)
  await expect(lockFolder(folder, options)).rejects.toMatchObject({ code: 'data_folder_in_use' })
  await lock.release()
  await (await lockFolder(folder, options)).release()
})

test('whoever lets go leaves nothing behind, also in the middle of a sign of life', async () => {
  for (let round = 0; round < 40; round++) {
    const lock = await lockFolder(folder, { ...options, heartbeatMs: 1 })
    await delay(3)
    await lock.release()
    // Each reading gives what is still being written the time of one step.
    const names = [
      await readdir(dirname(folder)),
      await readdir(dirname(folder)),
      await readdir(dirname(folder)),
    ]
    expect(names.flat().filter((name) => name.startsWith(`${basename(folder)}.`))).toEqual([])
  }
})

test('a holder who is about to let go is waited for', async () => {
  const lock = await lockFolder(folder, { ...options, heartbeatMs: 60_000 })
  await rm(`${folder}.lock`)
  const next = lockFolder(folder, options)
  expect(await Promise.race([next, delay(100, 'waits')])).toBe('waits')
  await lock.release()
  await (await next).release()
})

test('a holder on another host that shows signs of life is respected', async () => {
  let beat = 1
  await writeHolder(beat)
  const over = new AbortController()
  const heart = async (): Promise<void> => {
    while (!over.signal.aborted) await writeHolder((beat += 1))
  }
  const heartbeat = heart()
  try {
    await expect(lockFolder(folder, options)).rejects.toThrow(
      /already open in another process \(pid 7 on elsewhere\)/,
    )
  } finally {
    over.abort()
    await heartbeat
  }
})

test('a holder on another host without signs of life is replaced', async () => {
  await writeHolder(1)
  const lock = await lockFolder(folder, options)
  const holder = JSON.parse(await readFile(`${folder}.lock`, 'utf8')) as unknown
  expect(holder).toMatchObject({ pid: process.pid, host: hostname() })
  await lock.release()
})

test('a holder whose folder is taken away is told', async () => {
  const { promise: lost, resolve: onLost } = Promise.withResolvers<void>()
  const lock = await lockFolder(folder, { ...options, onLost })
  await writeHolder(1)
  await lost
  await lock.release()
})
