import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PATIENCE_MS } from '../../test/patience.ts'
import { loadConfig } from '../config.ts'
import { createOpenAIModel } from '../models/openai.ts'
import { runWork } from '../tracing.ts'
import { probeModels } from './probe-models.ts'

/** A provider that knows one key and answers nothing. */
const asked: { readonly path: string | undefined; readonly headers: IncomingHttpHeaders }[] = []
const server = createServer(({ url, headers }, response) => {
  asked.push({ path: url, headers })
  const known = headers.authorization === 'Bearer right' || headers['x-api-key'] === 'right'
  response.writeHead(known ? 200 : 401).end('{}')
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const probe = (id: string, env: Readonly<Record<string, string>>): Promise<string | null> => {
  const [found] = probeModels([id, id], loadConfig({ NODE_ENV: 'test', ...env })).values()
  return found!(AbortSignal.timeout(PATIENCE_MS))
}

test('a provider is asked for its models, with its key', async () => {
  const OPENAI_BASE_URL = `${url}/v1`
  expect(await probe('openai/gpt-4o-mini', { OPENAI_BASE_URL, OPENAI_API_KEY: 'right' })).toBe(
    'the key is accepted',
  )
  expect(await probe('cohere/command', { COHERE_BASE_URL: url, COHERE_API_KEY: 'right' })).toContain(
    'accepted',
  )
  expect(await probe('anthropic/claude', { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'right' })).toContain(
    'accepted',
  )
  expect(asked.map(({ path }) => path)).toEqual(['/v1/models', '/v1/models', '/v1/models'])
})

test('a wrong key and a provider that is away are told apart', async () => {
  const env = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'wrong' }
  await expect(probe('openai/x', env)).rejects.toMatchObject({ code: 'model_unauthorized' })
  const away = { ...env, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }
  await expect(probe('openai/x', away)).rejects.toMatchObject({ code: 'model_unavailable' })
  expect(await probe('offline', {})).toContain('runs in this process')
})

test('a call to a model carries the id of the request', async () => {
  const model = createOpenAIModel({ model: 'x', baseUrl: url, apiKey: 'wrong' })
  const request = { instructions: '', messages: [], tools: [] }
  const call = runWork({ requestId: 'request-9' }, () =>
    Array.fromAsync(model.stream(request, { signal: AbortSignal.timeout(PATIENCE_MS) })),
  )
  await expect(call).rejects.toThrow()
  expect(asked.at(-1)?.headers).toMatchObject({
    'x-request-id': 'request-9',
    'x-client-request-id': 'request-9',
  })
})
