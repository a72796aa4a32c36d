import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KEY, startPoeApp, type PoeApp } from '../../../test/poe-app.ts'

let served: PoeApp
let poe: PoeApp['poe']
let model: PoeApp['model']
let log: PoeApp['log']
let chat: PoeApp['chat']
let send: PoeApp['send']
let answer: PoeApp['answer']
beforeAll(async () => {
  served = await startPoeApp()
  ;({ poe, model, log, chat, send, answer } = served)
})
afterAll(() => served.close())

async function eventually(read: () => unknown, expected: unknown): Promise<void> {
  await expect.poll(read).toEqual(expected)
}

describe('a query', () => {
  test('is answered with events that the reference client finds nothing wrong with', async () => {
    const { text: said, events, violations } = await chat().say('Hi')
    expect(violations).toEqual([])
    expect(said).toBe('Hello there.')
    expect([events[0], events.at(-2), events.at(-1)]).toEqual([
      { event: 'meta', data: { content_type: 'text/markdown', suggested_replies: true } },
      { event: 'suggested_reply', data: { text: 'More?' } },
      { event: 'done', data: {} },
    ])
  })

  test('carries the whole conversation, as people left it', async () => {
    const talk = chat()
    await talk.say('Hi')
    await talk.say('And now?', {
      query: {
        query: [
          { role: 'system', content: 'Speak kindly.' },
          { role: 'user', content: 'Edited', reactions: null },
          { role: 'narrator', content: 'Left out' },
          { role: 'bot', content: 'So?', content_type: 'text/html' },
          { role: 'bot', content: 'Yes?', feedback: [{ type: 'like' }] },
          { role: 'user', content: 'And now?' },
          { role: 'bot', content: 'Cut off' },
        ],
        logit_bias: null,
        temperature: 2.5,
      },
    })
    expect(model.requests.at(-1)).toMatchObject({
      instructions: expect.stringMatching(/^Be brief\.\n\nSpeak kindly\.\n\nOptions .*"tone":"plain"/),
      temperature: 2,
      messages: [
        { role: 'user', text: 'Edited' },
        { role: 'assistant', text: 'Yes?' },
        { role: 'user', text: 'And now?' },
      ],
    })
  })

  test('brings what was attached: documents, pages, descriptions of images, and images themselves', async () => {
    const image = { url: 'https://pfst.cf2.poecdn.net/a', content_type: 'image/png', name: 'a.png' }
    const doc = { url: 'https://pfst.cf2.poecdn.net/b', content_type: 'application/msword', name: 'b.docx' }
    await chat().say('Compare', {
      attachments: [
        { ...image, parsed_content: 'cat.png***A cat***asleep' },
        { ...doc, parsed_content: 'Dear {name}' },
        { ...doc, name: 'c.zip' },
        { ...image, url: 'http://169.254.169.254/x' },
      ],
    })
    const last = model.requests.at(-1)?.messages.at(-1)
    expect(last).toMatchObject({ role: 'user', images: [{ url: image.url, contentType: 'image/png' }] })
    const words = last?.role === 'user' ? last.text : ''
    expect(words).toMatch(
      /b\.docx:\n\n<file>\nDear \{name\}\n[^]*c\.zip[^]*could not be read[^]*cat\.png[^]*A cat\*\*\*asleep[^]*\n\nCompare$/,
    )
  })

  test('tells of an image that nobody described, since the model may not see it', async () => {
    const image = { url: 'https://pfst.cf2.poecdn.net/a', content_type: 'image/png', name: 'a.png' }
    await chat().say('What is this?', { attachments: [image] })
    const last = model.requests.at(-1)?.messages.at(-1)
    expect(last?.role === 'user' && last.text).toMatch(/image a\.png[^]*\n\nWhat is this\?$/)
  })

  test('to a bot without attachments brings none', async () => {
    const file = {
      url: 'https://pfst.cf2.poecdn.net/b',
      content_type: 'text/plain',
      name: 'b',
      parsed_content: 'Secret',
    }
    await chat('Sales').say('Hi', { attachments: [file] })
    expect(model.requests.at(-1)?.messages).toEqual([{ role: 'user', text: 'Hi' }])
  })

  test('has the parameters that fit, and what the bot stored in the turn before', async () => {
    const talk = chat()
    const parameters = { tone: 'warm', other: 1 }
    await talk.say('remember', { parameters })
    const second = await talk.say('remember', {
      parameters: { tone: 'rude' },
      query: { language_code: 'de' },
    })
    expect(second.text).toBe('The tool said {"count":2,"language":"de","parameters":{"tone":"plain"}}')
    expect(second.metadata).toBe('2')
    expect(second.violations).toEqual([])
  })

  test('with tools of the caller ends with their calls, and goes on with their results', async () => {
    const tool = { type: 'function', function: { name: 'weather', description: '', parameters: {} } }
    const talk = chat()
    const { events, violations } = await talk.say('weather', { query: { tools: [tool] } })
    const chunks = events.flatMap(({ event, data }) => (event === 'json' ? [data] : []))
    expect(chunks).toMatchObject([
      {
        choices: [
          { delta: { tool_calls: [{ index: 0, id: 'call-1', type: 'function' }] }, finish_reason: null },
        ],
      },
      { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
    ])
    const call = { id: 'call-1', type: 'function', function: { name: 'weather', arguments: '{}' } }
    const result = { role: 'tool', name: 'weather', tool_call_id: 'call-1', content: 'Rain' }
    const asked = [{ role: 'user', content: 'weather' }]
    const next = await talk.say('', {
      query: { query: asked, tools: [tool], tool_calls: [call], tool_results: [result] },
    })
    expect([next.text, violations, next.violations]).toEqual(['The tool said Rain', [], []])
  })

  test('reads calls and results from messages, too, and leaves out calls that nobody answered', async () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'weather', arguments: '{}' } })
    const calling = {
      role: 'bot',
      message_type: 'function_call',
      content: JSON.stringify([call('a'), call('b')]),
    }
    const results = {
      role: 'tool',
      content: JSON.stringify([{ role: 'tool', tool_call_id: 'b', content: { sun: 1 } }]),
    }
    await chat().say('', { query: { query: [{ role: 'user', content: 'Go' }, calling, results] } })
    expect(model.requests.at(-1)?.messages).toEqual([
      { role: 'user', text: 'Go' },
      { role: 'assistant', text: '', toolCalls: [{ callId: 'b', tool: 'weather', input: '{}' }] },
      { role: 'tool', callId: 'b', tool: 'weather', output: '{"sun":1}' },
    ])
  })

  test('of 20,000 pieces of text arrives whole, in fewer than 10,000 events', async () => {
    const { text: said, events, violations } = await chat().say('many')
    expect(said).toHaveLength(20_000)
    expect(events.length).toBeLessThan(200)
    expect(violations).toEqual([])
  })
})

describe('a failure', () => {
  test.each([
    { words: 'too long', said: '', told: { allow_retry: false, error_type: 'user_message_too_long' } },
    { words: 'break', said: 'Well,', told: { allow_retry: true } },
    { words: '', said: '', told: { allow_retry: false, error_type: 'user_caused_error' } },
  ])('is an error event that a person can read: $words', async ({ words, said, told }) => {
    const { error, text: partial, events, violations, status } = await chat().say(words)
    expect({ status, violations, partial }).toEqual({ status: 200, violations: [], partial: said })
    expect(error).toMatchObject(told)
    expect(events.at(-1)?.event).toBe('done')
  })

  test('is told in the language of the person', async () => {
    const { error } = await chat().say('too long', { query: { language_code: 'de-AT' } })
    expect(error?.['text']).toMatch(/^Das Gespräch ist zu lang/)
  })

  test('of a person who asks too often concerns nobody else', async () => {
    const talk = chat()
    for (let asked = 0; asked < 10; asked++) await talk.say('Hi')
    const { error, violations } = await talk.say('Hi')
    expect(error).toMatchObject({
      allow_retry: false,
      text: expect.stringMatching(/^You have sent too many .* \d+ sec/),
    })
    expect(violations).toEqual([])
    expect((await chat().say('Hi')).text).toBe('Hello there.')
  })
})

describe('a reader that leaves', () => {
  test('after some text has stopped the answer', async () => {
    const response = await send({ type: 'query', query: [{ role: 'user', content: 'hang' }] })
    const body = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let read = ''; !read.includes('Half');) read += (await body?.read())?.value ?? ''
    await body?.cancel()
    await eventually(() => log.some((line) => line.includes('"outcome":"stopped"')), true)
  })

  test('before any text gets the same answer when it comes again', async () => {
    const talk = chat()
    const left = new AbortController()
    const before = model.requests.length
    const cut = talk.say('think', { signal: left.signal })
    await eventually(() => model.requests.length, before + 1)
    left.abort()
    await cut
    const again = talk.sendAgain()
    answer('I have thought.')
    expect((await again).text).toBe('I have thought.')
    expect(model.requests.length).toBe(before + 1)
    // What was shown is shown: the same query now is a wish for another answer.
    await talk.sendAgain()
    expect(model.requests.length).toBe(before + 2)
  })
})

describe('files and costs', () => {
  test('a tool uploads a file and the answer shows it', async () => {
    const { events, violations } = await chat().say('upload')
    const file = events.find(({ event }) => event === 'file')
    expect(file?.data).toEqual({
      url: 'https://pfst.cf2.poecdn.net/base/report.csv',
      name: 'report.csv',
      content_type: 'text/csv',
      inline_ref: null,
    })
    expect(poe.calls.findLast(({ kind }) => kind === 'upload')?.headers.authorization).toBe(KEY)
    expect(violations).toEqual([])
  })

  test('an upload that fails twice is told to the model, and the answer goes on', async () => {
    poe.inject({ kind: 'status', status: 400, calls: 'upload' })
    const { text: said } = await chat().say('upload')
    poe.inject(undefined)
    expect(said).toContain('The file could not be given to Poe')
  })

  test('a tool authorizes and captures costs of the query, rounded up', async () => {
    const before = poe.calls.length
    await chat().say('charge')
    expect(poe.calls.slice(before).map(({ kind, body }) => [kind, body])).toEqual([
      ['authorize', { amounts: [{ amount_usd_milli_cents: 1, description: 'One look' }], access_key: KEY }],
      ['capture', { amounts: [{ amount_usd_milli_cents: 1 }], access_key: KEY }],
    ])
  })

  test('the price of a bot is authorized before and captured after the answer', async () => {
    const before = poe.calls.length
    expect((await chat('Sales').say('Hi')).text).toBe('Hello there.')
    await eventually(() => poe.calls.slice(before).map(({ kind }) => kind), ['authorize', 'capture'])
  })

  test('a query that names nothing to charge is answered for nothing, and the log says so', async () => {
    const before = poe.calls.length
    const { text: said } = await chat('Sales').say('Hi', { query: { bot_query_id: '' } })
    expect([said, poe.calls.length]).toEqual(['Hello there.', before])
    expect(log.some((line) => line.includes('nothing to charge'))).toBe(true)
  })

  test.each(['no-funds', 'no-result'] as const)(
    'a person who cannot pay (%s) is not answered',
    async (kind) => {
      poe.inject({ kind })
      const before = model.requests.length
      const { error, violations } = await chat('Sales').say('Hi')
      poe.inject(undefined)
      expect(error).toMatchObject({ error_type: 'insufficient_fund', allow_retry: true })
      expect([violations, model.requests.length]).toEqual([[], before])
    },
  )
})

test('100 people at once are answered, each at once', { timeout: 30_000 }, async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => chat().say('Hi')))
  expect(answers.filter(({ text: said }) => said !== 'Hello there.')).toEqual([])
  expect(answers.flatMap(({ violations }) => violations)).toEqual([])
})
