import { expect, test } from 'vitest'
import { readMessages } from './read-message.ts'

test('an edit in a group of imbot, which does not say whether a bot made it, is nobody’s question', () => {
  const PARAMS = { DIALOG_ID: 'chat7', MESSAGE_ID: '8', MESSAGE: 'да', AUTHOR_ID: '3', FROM_USER_ID: '3' }
  const read = (event: string, more: object = {}): number =>
    readMessages({ event, data: { BOT: { 5: {} }, PARAMS, ...more }, at: Number.NaN }).length
  expect(read('ONIMBOTMESSAGEADD')).toBe(1)
  expect(read('ONIMBOTMESSAGEUPDATE')).toBe(0)
  expect(read('ONIMBOTMESSAGEUPDATE', { USER: { ID: '3', IS_BOT: 'N' } })).toBe(1)
  expect(read('ONIMBOTMESSAGEUPDATE', { USER: { ID: '3', IS_BOT: 'Y' } })).toBe(0)
})
