import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { loadConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import { createFakeDaData, type FakeDaData } from '../fakes/dadata.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { CompanyStore } from '../store/store.ts'
import type { CompanyFacts } from './company.ts'
import { inspectDaData } from './inspect-dadata.ts'
import { createRegister, type OpenRegister, type RegisterOptions } from './create-register.ts'

const { signal } = new AbortController()

describe.each(backends())('a register of companies on $name', (backend) => {
  let store: OpenStore
  let dadata: FakeDaData
  const opened: OpenRegister[] = []
  beforeAll(async () => {
    store = await backend.open()
    dadata = await createFakeDaData({ perSecond: 1_000 })
  }, 60_000)
  afterEach(async () => {
    dadata.inject(undefined)
    await store.db.deleteFrom('company_records').execute()
    await store.db.deleteFrom('company_usage').execute()
    await Promise.all(opened.splice(0).map((register) => register.close()))
  })
  afterAll(async () => {
    await store.close()
    await dadata.close()
  })

  function open(options: Partial<RegisterOptions> = {}): OpenRegister {
    const register = createRegister({
      dadata: { apiKey: dadata.apiKey, baseUrl: dadata.url, timeoutMs: 2_000 },
      store: store.companies,
      perSecond: 1_000,
      perDay: 1_000,
      cacheMs: 60_000,
      onWarning: () => undefined,
      ...options,
    })
    opened.push(register)
    return register
  }

  function find(register: OpenRegister, digits = '7701000019'): Promise<CompanyFacts | undefined> {
    return register.find({ kind: 'inn', digits }, { signal })
  }

  async function failureOf(lookup: Promise<unknown>): Promise<AppError> {
    const thrown = await lookup.then(
      () => undefined,
      (error: unknown) => error,
    )
    if (thrown instanceof AppError) return thrown
    throw new Error('It did not fail.')
  }

  test('who has left already is looked up nothing, and a failure nobody waits for ends no process', async () => {
    const asked: string[] = []
    const find: CompanyStore['find'] = async ({ service }) => void asked.push(service)
    const register = open({ perDay: 0, store: { ...store.companies, find } })
    const left = { signal: AbortSignal.abort(new Error('left')) }
    await expect(register.find({ kind: 'inn', digits: '7701000019' }, left)).rejects.toThrow('left')
    await expect(register.findAffiliated('7701000019', left)).rejects.toThrow('left')
    const leaving = new AbortController()
    const waiting = register.find({ kind: 'inn', digits: '7701000019' }, leaving)
    leaving.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
    expect(asked).toEqual(['findById/party'])
  })

  test('finds the company and not its branch, and remembers it', async () => {
    const register = open()
    const before = dadata.requests.length
    expect(await find(register)).toMatchObject({
      name: { short: 'ООО "РОМАШКА"' },
      branch: 'MAIN',
      employeeCount: 42,
    })
    expect(await find(open())).toMatchObject({ inn: '7701000019' })
    expect(dadata.requests.slice(before)).toEqual([
      { path: expect.stringMatching(/findById\/party$/), body: { query: '7701000019', branch_type: 'MAIN' } },
    ])
  })

  test('finds sole traders, and companies by their OGRN', async () => {
    const register = open()
    expect(await find(register, '500100732259')).toMatchObject({ kind: 'individual', head: null })
    expect(await find(register, '1027700132195')).toMatchObject({ inn: '7707083893', founders: null })
  })

  test('a company that is not there is undefined, and asked for once', async () => {
    const register = open()
    const before = dadata.requests.length
    expect([await find(register, '7736207543'), await find(register, '7736207543')]).toEqual([
      undefined,
      undefined,
    ])
    expect(dadata.requests.length - before).toBe(1)
  })

  test('names affiliated companies, the asked one left out', async () => {
    const found = await open().findAffiliated('7701000019', { signal })
    expect(found).toEqual([
      { inn: '7701000026', name: 'ООО "ЗАКАТ"', status: 'LIQUIDATING' },
      { inn: '500100732259', name: 'ИП Смирнова Анна Сергеевна', status: 'ACTIVE' },
    ])
  })

  test('many who ask at once share one call and one connection', async () => {
    const register = open()
    const [before, connections] = [dadata.requests.length, dadata.connections()]
    await Promise.all(Array.from({ length: 20 }, () => find(register)))
    await find(register, '7707083893')
    expect([dadata.requests.length - before, dadata.connections() - connections]).toEqual([2, 1])
  })

  test.each([
    [{ kind: 'quota' }, 'company_quota_exhausted'],
    [{ kind: 'key' }, 'company_unauthorized'],
    [{ kind: 'rate' }, 'company_rate_limited'],
    [{ kind: 'status', status: 500 }, 'company_unavailable'],
    [{ kind: 'truncate' }, 'company_unavailable'],
    [{ kind: 'garbage' }, 'company_unavailable'],
  ] as const)('%j is %s, is not tried again by itself and not remembered', async (fault, code) => {
    const register = open()
    const before = dadata.requests.length
    dadata.inject(fault)
    expect((await failureOf(find(register))).code).toBe(code)
    expect(dadata.requests.length - before).toBe(1)
    dadata.inject(undefined)
    expect(await find(register)).toBeDefined()
  })

  test('what takes too long is given up', async () => {
    dadata.inject({ kind: 'hang' })
    const register = open({ dadata: { apiKey: dadata.apiKey, baseUrl: dadata.url, timeoutMs: 50 } })
    expect((await failureOf(find(register))).code).toBe('company_unavailable')
  })

  test.each([{ kind: 'quota' }, { kind: 'key' }] as const)(
    'the key that DaData repeats for %j is not in the error',
    async (fault) => {
      dadata.inject(fault)
      const { cause, message } = await failureOf(find(open()))
      expect(String(cause)).toMatch(/403: .*\[redacted\]/)
      expect(String(cause) + message).not.toContain(dadata.apiKey)
    },
  )

  test('a wrong key is told from a spent quota, and none from both', async () => {
    const wrong = open({ dadata: { apiKey: 'f'.repeat(40), baseUrl: dadata.url, timeoutMs: 2_000 } })
    expect((await failureOf(find(wrong))).code).toBe('company_unauthorized')
    expect((await failureOf(find(open({ dadata: undefined })))).code).toBe('company_not_configured')
  })

  test('the budget of a day holds over replicas, and what is remembered costs none of it', async () => {
    const [one, two] = [open({ perDay: 2 }), open({ perDay: 2 })]
    await Promise.all([find(one, '7707083893'), find(two, '7701000019')])
    await find(one, '7701000019')
    expect((await failureOf(find(one, '7701000026'))).code).toBe('company_quota_exhausted')
    expect((await failureOf(find(two, '7701000026'))).code).toBe('company_quota_exhausted')
  })

  test('calls keep their pace, and who would wait too long is refused', async () => {
    const hasty = { apiKey: dadata.apiKey, baseUrl: dadata.url, timeoutMs: 1_000 }
    const register = open({ perSecond: 1, dadata: hasty })
    const lookups = ['7701000019', '7707083893', '7701000026'].map((digits) => find(register, digits))
    const outcomes = await Promise.allSettled(lookups)
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'found'))
    expect(codes).toEqual(expect.arrayContaining(['found', 'company_rate_limited']))
  })

  test('what was remembered expires', async () => {
    const register = open({ cacheMs: 1 })
    await find(register)
    const before = dadata.requests.length
    await store.db
      .updateTable('company_records')
      .set({ expires_at: new Date(0) })
      .execute()
    await find(register)
    expect(dadata.requests.length - before).toBe(1)
  })

  test('the account can be asked for what is left, without a lookup when there is a secret key', async () => {
    const env = { NODE_ENV: 'test', DADATA_API_KEY: dadata.apiKey, DADATA_BASE_URL: dadata.url }
    const before = dadata.requests.length
    const withSecret = loadConfig({ ...env, DADATA_SECRET_KEY: dadata.secretKey })
    expect(await inspectDaData(withSecret)).toEqual({ remaining: expect.any(Number) })
    expect(dadata.requests.length).toBe(before)
    expect(await inspectDaData(loadConfig(env))).toEqual({ remaining: null })
    const wrong = loadConfig({ ...env, DADATA_SECRET_KEY: 'wrong' })
    expect((await failureOf(inspectDaData(wrong))).code).toBe('company_unauthorized')
    expect(await inspectDaData(loadConfig({ NODE_ENV: 'test' }))).toBe('DADATA_API_KEY is not set')
  })

  test('whoever leaves stops waiting, and the answer is kept for the next', async () => {
    dadata.inject({ kind: 'slow', ms: 100 })
    const register = open()
    const leaving = new AbortController()
    const lookup = register.find({ kind: 'inn', digits: '7701000019' }, { signal: leaving.signal })
    leaving.abort(new Error('left'))
    await expect(lookup).rejects.toThrow('left')
    const before = dadata.requests.length
    expect(await find(register)).toBeDefined()
    expect(dadata.requests.length - before).toBeLessThanOrEqual(1)
  })
})
