import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hanging, scriptedModel } from './scripted-model.ts'
import { freePort } from '../src/drill/free-port.ts'
import { untilReady } from './server-process.ts'
import { postJson, readEvents, startTestApp, type TestApp } from './test-app.ts'

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0)
if (!nginx) console.warn('proxy.e2e.test: left out, since nginx is not installed')

/** What people forget: buffering and compression as they are out of the box, or worse. */
const CONFIGURATIONS = {
  'as it is installed': '',
  'compressing event streams': 'gzip on; gzip_types text/event-stream; gzip_min_length 0;',
}

describe.runIf(nginx).each(Object.entries(CONFIGURATIONS))('behind nginx %s', (_name, settings) => {
  let app: TestApp
  let folder: string
  let proxy: ChildProcess
  let url: string

  beforeAll(async () => {
    app = await startTestApp({ model: scriptedModel(hanging('The first words')) })
    folder = await mkdtemp(join(tmpdir(), 'botyard-nginx-'))
    await chmod(folder, 0o755)
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    await writeFile(
      join(folder, 'nginx.conf'),
      toConfiguration({ folder, port, upstream: app.url, settings }),
    )
    proxy = spawn(nginx ?? '', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' })
    await untilReady(url)
  })

  afterAll(async () => {
    proxy.kill('SIGTERM')
    await once(proxy, 'exit')
    await app.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('the first words arrive while the answer is still being written', async () => {
    const body = { query: 'Hello', chatbotId: 'test', sessionId: crypto.randomUUID() }
    const response = await postJson(`${url}/api/chat/query/stream`, body, { 'accept-encoding': 'gzip' })
    let streamId = ''
    for await (const { event, data } of readEvents(response)) {
      if (event === 'connected') streamId = data.streamId
      // The model says no more until it is stopped, so a proxy that held the text back would hold it for ever.
      if (event === 'text') await fetch(`${url}/api/chat/streams/${streamId}/stop`, { method: 'POST' })
      if (event === 'complete') expect(data.reason).toBe('stopped')
    }
  })
})

interface ProxyOptions {
  readonly folder: string
  readonly port: number
  readonly upstream: string
  readonly settings: string
}

function toConfiguration({ folder, port, upstream, settings }: ProxyOptions): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  return `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; ${temporary.join(' ')} ${settings}
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${upstream}; }
  }
}
`
}
