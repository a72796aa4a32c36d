import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBitrix24App, type Bitrix24App, type Bitrix24AppOptions } from '../../../test/bitrix24-app.ts'
import { eventually, puppet, type Puppet } from '../../../test/telegram-app.ts'
import type { BitrixPortals } from '../../bitrix24-portals.ts'
import type { FakeModelServer } from '../../fakes/fake-model-server.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'
import { kindOf } from './file-kind.ts'
import { Portal } from './portal.ts'

interface Started extends Omit<Bitrix24App, 'close'> {
  readonly model: Puppet
  /** What the bot has said in a dialog, once it has said so much. */
  said(dialog: number, count?: number): Promise<readonly string[]>
  close(): Promise<void>
}

/** A server that hears recordings. */
async function start(options: Bitrix24AppOptions): Promise<Started> {
  const model = puppet()
  const openai: FakeModelServer = await createFakeOpenAI({ transcripts: ['say: Слышу.', 'say: И ещё раз.'] })
  const started = await startBitrix24App({ model, env: { STT_BASE_URL: openai.url }, ...options })
  return {
    ...started,
    model,
    said: (dialog, count = 1) =>
      eventually(() => {
        const finished = started.texts(dialog).filter((text) => !/^(?:…|📥|📄|✂️|🧮|💾)/u.test(text))
        expect(finished).toHaveLength(count)
        return finished
      }),
    close: async () => {
      await started.close()
      await openai.close()
    },
  }
}

const asked = ({ model }: Started): unknown => {
  const last = model.requests.at(-1)?.messages.at(-1)
  return last?.role === 'user' ? last.text : undefined
}

const TOO_LARGE = '❌ Файл слишком большой. Максимальный размер: 20 МБ.'
const UNAVAILABLE = '❌ Битрикс24 не отдаёт мне этот файл. Отправьте его ещё раз.'
const PHOTO = { name: 'вид с моря.jpg', content: 'x', mimeType: 'image/jpeg' }
const VOICE = { name: 'voice.mp3', content: 'ID3', mimeType: 'audio/mpeg' }

describe('files of imbot.v2, which tells their ids alone', () => {
  let app: Started
  beforeAll(async () => {
    app = await start({ bot: { takesDocuments: true } })
  }, 60_000)
  afterAll(() => app.close())

  test('are fetched and named to the bot; the words are the question', async () => {
    const video = { name: 'clip.mp4', content: 'x'.repeat(2_048) }
    app.bitrix.say(70, 'Что здесь?', { files: [PHOTO, video] })
    await app.said(70)
    expect(asked(app)).toBe(
      'Что здесь?\n\n[Attached photo: вид с моря.jpg, image/jpeg, 1 bytes]\n\n[Attached video: clip.mp4, application/octet-stream, 2 kB]',
    )
    app.bitrix.say(70, '', { files: [PHOTO] })
    await app.said(70, 2)
    expect(asked(app)).toBe('[Attached photo: вид с моря.jpg, image/jpeg, 1 bytes]')
  })

  test('that are documents are taken in, and the question waits for that; a correction of it does not again', async () => {
    const rules = { name: 'rules.md', content: '# Отпуск\n\nОтпуск длится тридцать один день.' }
    const { messageId } = app.bitrix.say(71, 'say: Прочитано.', { files: [rules] })
    const [taken, answer] = await app.said(71, 2)
    expect([taken, answer]).toEqual([
      expect.stringMatching(/^✅ \[b\]Документ проиндексирован/),
      'Прочитано.',
    ])
    app.bitrix.edit(messageId, 'say: Исправлено.')
    expect((await app.said(71, 3))[2]).toMatch(/^Исправлено\./)
    expect(app.texts(71).filter((text) => text.includes('индексирован'))).toHaveLength(1)
  })

  test('that are recordings are heard', async () => {
    app.bitrix.say(72, '', { files: [VOICE] })
    expect(await app.said(72)).toEqual(['Слышу.'])
  })

  test('that are too large, of no use, or not handed out are refused in a sentence, and nothing is asked', async () => {
    const before = app.model.requests.length
    app.bitrix.say(73, 'Что здесь?', {
      files: [PHOTO, { name: 'big', content: Buffer.alloc(21 * 1_048_576) }],
    })
    expect(await app.said(73)).toEqual([TOO_LARGE])
    app.bitrix.say(74, '', { files: [{ name: 'a.bin', content: Buffer.from([0, 1, 2, 0]) }] })
    expect((await app.said(74))[0]).toMatch(/^❌ Такие файлы я не читаю/)
    const [method] = ['imbot.v2.File.download']
    app.bitrix.inject({ kind: 'error', status: 403, error: 'FILE_ACCESS_ERROR', methods: [method] })
    app.bitrix.say(75, 'Что здесь?', { files: [PHOTO] })
    expect(await app.said(75)).toEqual([UNAVAILABLE])
    app.bitrix.inject(undefined)
    expect(app.model.requests).toHaveLength(before)
  })

  test('are asked for again when the portal does not answer', async () => {
    const fault = { kind: 'reset', when: 'after', methods: ['imbot.v2.File.download'], failTimes: 1 } as const
    app.bitrix.inject(fault)
    app.bitrix.say(76, 'say: Вижу.', { files: [PHOTO] })
    expect((await app.said(76))[0]).toMatch(/^Вижу\./)
  })
})

describe('files of imbot, which describes them', () => {
  let app: Started
  beforeAll(async () => {
    app = await start({ mode: 'webhook', fake: { api: 'v1', scope: 'imbot,disk' } })
  }, 60_000)
  afterAll(() => app.close())

  test('are named to the bot as they are described', async () => {
    const report = { name: 'отчёт.pdf', content: 'x'.repeat(2_048), mimeType: 'application/pdf' }
    app.bitrix.say(80, 'Что здесь?', { files: [report, PHOTO] })
    await app.said(80)
    expect(asked(app)).toBe(
      'Что здесь?\n\n[Attached document: отчёт.pdf, 2 kB]\n\n[Attached photo: вид с моря.jpg, 1 bytes]',
    )
    expect(app.bitrix.calls.some(({ method }) => method === 'disk.file.get')).toBe(false)
  })

  test('are fetched from the drive, as far as the application may', async () => {
    app.bitrix.say(81, '', { files: [VOICE] })
    expect(await app.said(81)).toEqual(['Слышу.'])
    app.bitrix.inject({ kind: 'error', status: 403, error: 'insufficient_scope', methods: ['disk.file.get'] })
    app.bitrix.say(82, '', { files: [VOICE] })
    expect(await app.said(82)).toEqual([UNAVAILABLE])
    app.bitrix.inject(undefined)
  })
})

test('a link leads to the portal or to the public network, whatever the portal says', async () => {
  const application = { origin: 'http://127.0.0.3:1', clientId: 'local.1', clientSecret: 's' }
  const pace = { callsPerSecond: 1_000, timeoutMs: 1_000 }
  const portals = {} as BitrixPortals // nothing is read for a download
  const portal = new Portal({ application, oauthUrl: '', tokenKeys: [], portals, ...pace })
  const get = (url: string): Promise<unknown> => portal.download(url, 1_000, new AbortController().signal)
  await expect(get('http://127.0.0.2:1/secret')).rejects.toThrow('a network that is not public')
  await expect(get('http://127.0.0.3:1/file')).rejects.toThrow('nobody answers there')
})

test('a file is known by its type, or by its name', () => {
  expect(kindOf({ name: 'a.PNG', mimeType: 'application/octet-stream' })).toBe('photo')
  expect(kindOf({ name: 'a', mimeType: 'audio/ogg; codecs=opus' })).toBe('voice')
  expect(kindOf({ name: 'a.pdf', mimeType: 'image' })).toBe('photo')
  expect(kindOf({ name: 'mp3', mimeType: '' })).toBe('document')
})
