import { expect, test } from 'vitest'
import { buildQuery } from '../../fakes/bitrix24/form.ts'
import { parseBrackets } from './parse-brackets.ts'
import { readMessages } from './read-message.ts'

test('numbers in brackets are keys, small ones as well', () => {
  expect(parseBrackets('data[BOT][12][BOT_ID]=12&data[BOT][567][BOT_ID]=567&event=X')).toEqual({
    data: { BOT: { 12: { BOT_ID: '12' }, 567: { BOT_ID: '567' } } },
    event: 'X',
  })
  expect(parseBrackets('a[]=x&a[]=y&plain=1&odd[=2')).toEqual({
    a: { 0: 'x', 1: 'y' },
    plain: '1',
    'odd[': '2',
  })
})

test('keys mean nothing but themselves', () => {
  const read = parseBrackets('__proto__[polluted]=1&constructor[prototype][polluted]=1')
  expect(({} as { readonly polluted?: string }).polluted).toBeUndefined()
  expect(Object.keys(read ?? {})).toEqual(['__proto__', 'constructor'])
})

test('what is larger or deeper than any event is none', () => {
  expect(parseBrackets(Array.from({ length: 5_001 }, (_, index) => `a${index}=1`).join('&'))).toBeUndefined()
  expect(parseBrackets(`a${'[b]'.repeat(12)}=1`)).toBeUndefined()
})

test('a bot is known by its id whichever it is, in forms as in JSON', () => {
  const data = {
    BOT: { 5: { BOT_CODE: 'x' } },
    PARAMS: { DIALOG_ID: 3, MESSAGE_ID: 8, MESSAGE: 'да', FROM_USER_ID: 3, LANGUAGE: 'ru' },
    USER: { NAME: 'Анна', IS_BOT: 'N' },
  }
  const expected = [
    {
      kind: 'message',
      botId: 5,
      messageId: '8',
      dialogId: '3',
      userId: '3',
      author: 'Анна',
      text: 'да',
      edited: false,
      files: [],
      language: 'ru',
    },
  ]
  const told = { event: 'ONIMBOTMESSAGEADD', at: Number.NaN }
  expect(readMessages({ ...told, data })).toEqual(expected)
  expect(readMessages({ ...told, data: parseBrackets(buildQuery({ data }))?.['data'] })).toEqual(expected)
})
