import { expect, test } from 'vitest'
import { parseDatabaseUrl } from './database-url.ts'

test.each([
  ['postgres://a:b@db/bots', 'postgresql://a:b@db/bots', undefined, 'db:5432/bots'],
  [
    'postgresql://a:b@db:6432/bots?application_name=x',
    'postgresql://a:b@db:6432/bots?application_name=x',
    undefined,
    'db:6432/bots',
  ],
  [
    'postgresql+asyncpg://a:b@db/bots?pool_size=20&max_overflow=10',
    'postgresql://a:b@db/bots',
    30,
    'db:5432/bots',
  ],
  [
    'postgresql+asyncpg://a:b@db/bots?pool_size=20&max_overflow=0',
    'postgresql://a:b@db/bots',
    20,
    'db:5432/bots',
  ],
  [
    'postgresql+asyncpg://a:b@db/bots?ssl=require',
    'postgresql://a:b@db/bots?sslmode=require&uselibpqcompat=true',
    undefined,
    'db:5432/bots',
  ],
  [
    'postgres://a:b@localhost/bots?host=/run/postgresql',
    'postgresql://a:b@localhost/bots?host=/run/postgresql',
    undefined,
    '/run/postgresql:5432/bots',
  ],
])('%s is read', (text, ...expected) => {
  const { connectionString, poolSize, label } = parseDatabaseUrl(text)
  expect([connectionString, poolSize, label]).toEqual(expected)
})

test.each([
  'bots.db',
  'mysql://a:hunter2@db/bots',
  'postgres://a:hun#ter2@db/x y',
  'postgres://a:b@db/x?pool_size=many',
])('%s is refused without repeating it', (text) => {
  expect(() => parseDatabaseUrl(text)).toThrow(/^DATABASE_URL/)
  expect(() => parseDatabaseUrl(text)).not.toThrow(/hun/)
})
