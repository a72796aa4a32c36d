// A server as `botyard start` runs it, with the test's own channel beside those that ship. Its other side is the HTTP
// server at WIRE_URL: `POST /messages` shows a message and returns its id, `PUT /messages/:id` changes it, and
// `PUT /asked` says that the model is asked.
import { defineBot } from '../src/bot.ts'
import { loadConfig, processEnvironment } from '../src/config.ts'
import type { Model } from '../src/models/model.ts'
import { createOfflineModel } from '../src/models/offline.ts'
import { createLog } from '../src/observe/log.ts'
import { defineConfig } from '../src/project.ts'
import { serve } from '../src/serve.ts'
import { createWireChannel } from './wire-channel.ts'

const { WIRE_URL = '' } = processEnvironment()

async function call(method: string, path: string, body: object): Promise<string> {
  const reply = await fetch(`${WIRE_URL}${path}`, { method, body: JSON.stringify(body) })
  return await reply.text()
}

const channel = createWireChannel({
  send: (key, text) => call('POST', '/messages', { key, text }),
  edit: async (id, text) => void (await call('PUT', `/messages/${id}`, { text })),
})
const config = loadConfig()
const offline = createOfflineModel({ paceMs: config.OFFLINE_PACE_MS })
/** Tells the other side that it is asked: by then the placeholder is recorded. */
const model: Model = {
  id: offline.id,
  stream: (request, options) => {
    void call('PUT', '/asked', {})
    return offline.stream(request, options)
  },
}
process.exitCode = await serve({
  config,
  project: defineConfig({ bots: [defineBot({ name: 'test', instructions: 'Be brief.', model })] }),
  log: createLog({ level: config.LOG_LEVEL, pretty: false, secrets: [] }),
  channels: [channel],
  onListening: () => undefined,
})
