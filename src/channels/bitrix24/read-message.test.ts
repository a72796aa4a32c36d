import { expect, test } from 'vitest'
import { buildQuery } from '../../fakes/bitrix24/form.ts'
import { parseBrackets } from './parse-brackets.ts'
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

test('files are read from forms as from JSON, and what is no file is none', () => {
  const filesOf = (params: unknown): readonly unknown[] => {
    const message = { id: 8, authorId: 3, params }
    const data = { bot: { id: 5 }, message, chat: { dialogId: '3' }, user: { id: 3 } }
    const told = { event: 'ONIMBOTV2MESSAGEADD', at: Number.NaN }
    const read = [data, parseBrackets(buildQuery({ data }))?.['data']].map((data) =>
      readMessages({ ...told, data }),
    )
    expect(read[0]).toEqual(read[1])
    return read[0]?.flatMap(({ files }) => files.map(({ id }) => id)) ?? []
  }
  expect(filesOf({ FILE_ID: [77, '78'] })).toEqual(['77', '78'])
  expect(filesOf({ FILE_ID: 77 })).toEqual(['77'])
  expect(filesOf({ FILE_ID: ['0', '', 'abc', -1] })).toEqual([])
  expect(filesOf({})).toEqual([])
  expect(filesOf([])).toEqual([])
  expect(filesOf({ FILE_ID: Array.from({ length: 30 }, (_, index) => index + 1) })).toHaveLength(10)
})
