import { expect, test } from 'vitest'
import { runCommand } from '../../../test/run-command.ts'

test.each([
  [['elections'], 'Usage: botyard drill messages'],
  [['messages', '--messages', 'many'], '--messages takes a whole number of at least 1.'],
  [['messages', '--messages', '10001'], '--messages takes at most 10000.'],
  [['messages', '--duplicates', '120%'], '--duplicates takes a share such as 20% or 0.2.'],
  [['messages', '--kill-every', '3'], '--kill-every takes a time such as 3s, 500ms or 1m.'],
  [['messages', '--database', 'mysql'], '--database takes embedded or postgres.'],
  [['messages', '--channel', 'poe'], '--channel takes telegram or bitrix24.'],
  [
    ['messages', '--database', 'embedded', '--replicas', '2'],
    'An embedded database belongs to one process: use --replicas 1 or --database postgres.',
  ],
])('%j is not understood and says what instead', async (words, message) => {
  expect(await runCommand(['drill', ...words])).toEqual({ code: 2, out: '', err: `${message}\n` })
})
