import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { printStart } from './print-start.ts'

test('a start says first what is on, then what is off and what turns it on', () => {
  let text = ''
  const out = new Writable({ write: (chunk, _, done) => done(void (text += String(chunk))) })
  const summary = [
    { name: 'bots', on: true, detail: 'support: answered by the offline model' },
    { name: 'Redis', on: false, detail: 'off: set REDIS_URL' },
    { name: 'metrics', on: true, detail: 'at /metrics' },
  ]
  printStart({ url: 'http://localhost:5000', summary }, out)
  expect(text).toBe(`
Botyard is listening at http://localhost:5000

  ● bots     support: answered by the offline model
  ● metrics  at /metrics

  ○ Redis    off: set REDIS_URL

Stop it with Ctrl-C.

`)
})
