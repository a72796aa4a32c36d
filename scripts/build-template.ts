// Makes src/store/embedded/cluster-template.br: an initialised, migrated, cleanly closed cluster of the pinned PGlite.
// Run it after every change of the PGlite version or of the migrations: node scripts/build-template.ts
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import { migrateUp } from '../src/store/migrate.ts'
import type { Schema } from '../src/store/schema.ts'
import { packTemplate } from '../src/store/embedded/cluster-template.ts'

const TARGET = new URL('../src/store/embedded/cluster-template.br', import.meta.url)
/** The write-ahead log of a chatbot is small, and each of its segments is written out in full. */
const SMALL_LOG = ['--wal-segsize=1', '-c', 'min_wal_size=2MB', '-c', 'max_wal_size=2MB']

const folder = await mkdtemp(join(tmpdir(), 'botyard-template-'))
try {
  const database = await PGlite.create(folder, { initDbStartParams: SMALL_LOG })
  // PGlite makes no further databases, so their templates would only be two thirds of all files.
  for (const name of ['template0', 'template1']) {
    await database.exec(`update pg_database set datistemplate = false where datname = '${name}'`)
    await database.exec(`drop database ${name}`)
  }
  await database.exec('vacuum (full, freeze, analyze)')
  // After it: a table that was vacuumed empty is planned for as if it stayed so.
  const { failure } = await migrateUp(
    new Kysely<Schema>({ dialect: new PGliteDialect({ pglite: database }) }),
  )
  if (failure) throw failure.error
  await database.exec('checkpoint')
  await database.close()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const path = (entry: (typeof entries)[number]): string =>
    relative(folder, join(entry.parentPath, entry.name))
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'postmaster.pid')
  const packed = await packTemplate({
    folders: entries.filter((entry) => entry.isDirectory()).map(path),
    files: await Promise.all(
      files.map(async (entry) => ({ path: path(entry), content: await readFile(join(folder, path(entry))) })),
    ),
  })
  await writeFile(TARGET, packed)
  process.stdout.write(`${files.length} files, ${(packed.length / 1e6).toFixed(2)} MB packed\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
