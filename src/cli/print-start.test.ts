import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { printStart } from './print-start.ts'

test('a start says first what is on, then what is off and what turns it on, then what may not be meant', () => {
  let text = ''
  const out = new Writable({ write: (chunk, _, done) => done(void (text += String(chunk))) })
  const summary = [
    { name: 'bots', on: true, detail: 'support: answered by the offline model' },
    { name: 'Redis', on: false, detail: 'off: set REDIS_URL' },
    { name: 'metrics', on: true, detail: 'at /metrics' },
  ]
  const warnings = [{ variable: 'PROT', problem: 'is not read.', remedy: 'Did you mean PORT?' }]
  printStart({ url: 'http://localhost:5000', summary, warnings }, out)
  expect(text).toBe(`
Botyard is listening at http://localhost:5000

  ● bots     support: answered by the offline model
  ● metrics  at /metrics

  ○ Redis    off: set REDIS_URL

  ! PROT is not read. Did you mean PORT?

Stop it with Ctrl-C.

`)
})
