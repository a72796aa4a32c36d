import { describe, expect, test } from 'vitest'
import { POE_CHECKS } from '../src/checks/poe/poe-checks.ts'
import { BROKEN_EVENTS } from './poe-servers/broken-events.ts'
import { BROKEN_REQUESTS } from './poe-servers/broken-requests.ts'
import { BROKEN_SETTINGS } from './poe-servers/broken-settings.ts'
import { BROKEN_STREAMS } from './poe-servers/broken-streams.ts'
import { BROKEN_TIMING } from './poe-servers/broken-timing.ts'
import { HOSTILE, startHostileServer } from './poe-servers/hostile-server.ts'
import { KEY, RIGHT, send } from './poe-servers/poe-server.ts'
import { verifyServer, verifyUrl } from './poe-servers/verify-server.ts'

const BROKEN = [...BROKEN_REQUESTS, ...BROKEN_STREAMS, ...BROKEN_EVENTS, ...BROKEN_TIMING, ...BROKEN_SETTINGS]
/** What can be looked at from outside. */
const LOOKED_AT = POE_CHECKS.filter((check) => !('skip' in check))

describe('a server without faults', () => {
  test('passes every check that can be made', async () => {
    const results = await verifyServer({})
    const open = new Set(['attachment.switched-off', 'limit.rate'])
    expect(results.filter(({ status }) => status === 'fail' || status === 'warn')).toEqual([])
    expect(
      results
        .filter(({ status }) => status === 'pass')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(
      LOOKED_AT.map(({ id }) => id)
        .filter((id) => !open.has(id))
        .sort(),
    )
  })

  test('with attachments switched off passes that check, and skips those about attachments', async () => {
    const settings = { ...RIGHT.settings, allow_attachments: false }
    const results = await verifyServer(
      { settings },
      { only: ['attachment.switched-off', 'attachment.parsed'] },
    )
    expect(results.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'attachment.parsed skip',
      'attachment.switched-off pass',
    ])
  })
})

describe('a server that is broken:', () => {
  test.each(BROKEN.map((broken) => [broken.name, broken] as const))('%s', async (_name, broken) => {
    const { breaks = [], doubts = [], server, limits, timeoutMs = 10_000 } = broken
    const results = await verifyServer(server(), {
      only: [...breaks, ...doubts],
      timeoutMs,
      ...(limits && { limits }),
    })
    const seen = results.map(({ id, severity, status }) => ({ id, severity, status }))
    expect(seen.toSorted(byId)).toEqual(
      seen
        .map(({ id, severity }) => ({
          id,
          severity,
          status: doubts.includes(id) || severity === 'should' ? 'warn' : 'fail',
        }))
        .toSorted(byId),
    )
    expect(seen).toHaveLength(breaks.length + doubts.length)
  })
})

test('every check that can be made has a server that breaks it', () => {
  const broken = new Set(BROKEN.flatMap(({ breaks = [] }) => breaks))
  expect(LOOKED_AT.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([])
})

describe('whatever is at the other end, every check has an answer: a server that', () => {
  test.concurrent.each(Object.entries(HOSTILE))('%s', async (_name, greet) => {
    await using server = await startHostileServer(greet)
    const results = await verifyUrl(server.url, { key: KEY, timeoutMs: 150, limits: { firstEventMs: 60 } })
    expect(results.map(({ id }) => id).sort()).toEqual(POE_CHECKS.map(({ id }) => id).sort())
    expect(results.find(({ id }) => id === 'http.settings')?.status).toBe('fail')
  })
})

test('a server where nothing listens is not asked a hundred times', async () => {
  const results = await verifyUrl(new URL('http://127.0.0.1:1/'), { key: KEY })
  expect(results).toHaveLength(POE_CHECKS.length)
  expect(results.find(({ id }) => id === 'http.settings')?.seen).toContain('ECONNREFUSED')
  expect(results.find(({ id }) => id === 'report.feedback')?.seen).toMatch(/not sent: \d+ requests in a row/)
})

test('the key is in no result, however the server sends it back', async () => {
  const results = await verifyServer({
    intercept: ({ request, response, body }) => {
      const { authorization } = request.headers
      if (body.type !== 'query') send(response, 500, `${'.'.repeat(95)}${authorization}`)
      else
        response
          .writeHead(200, RIGHT.streamHeaders)
          .end(`event: error\ndata: {${authorization}}\n\n${authorization}: x`)
      return true
    },
  })
  const text = JSON.stringify(results)
  expect(results.find(({ id }) => id === 'key.stays-secret')?.status).toBe('fail')
  expect(
    Array.from({ length: KEY.length - 8 }, (_, at) => KEY.slice(at, at + 8)).filter((piece) =>
      text.includes(piece),
    ),
  ).toEqual([])
  expect(text).toContain('[key]')
})

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id.localeCompare(b.id)
}
