import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from '../store/open-store.ts'
import { createFiles } from './create-files.ts'
import type { AnswerFiles } from './files.ts'

const bytes = new TextEncoder().encode('report')
const report = { name: 'отчёт.pdf', contentType: 'application/pdf', bytes }

describe.each(backends())('files of answers on $name', (backend) => {
  let store: OpenStore
  let files: AnswerFiles
  beforeAll(async () => {
    store = await backend.open()
    files = createFiles({
      store: store.answerFiles,
      publicUrl: 'https://bots.example.com',
      keepMs: 60_000,
    })
  }, 60_000)
  afterAll(() => store.close())

  test('are opened by the address that was told, and by no other', async () => {
    const { url, ...event } = await files.of('ann').keep(report)
    expect(event).toEqual({ type: 'file', name: 'отчёт.pdf', contentType: 'application/pdf' })
    expect(url).toMatch(/^https:\/\/bots\.example\.com\/files\/[\w-]{32}\/%D0/)
    expect(await files.open(url)).toEqual(report)
    expect(await files.open(url.replace('bots.example.com', 'elsewhere.example.com'))).toBeUndefined()
    expect(await files.open(url.replace(/files\/[\w-]{32}/, `files/${'A'.repeat(32)}`))).toBeUndefined()
  })

  test('expire', async () => {
    const { url } = await files.of('ben').keep(report)
    await store.db
      .updateTable('answer_files')
      .set({ expires_at: new Date(0) })
      .where('subject', '=', 'ben')
      .execute()
    expect(await files.open(url)).toBeUndefined()
    await store.answerFiles.forgetExpired()
    expect(await store.db.selectFrom('answer_files').where('subject', '=', 'ben').execute()).toEqual([])
  })

  test('make room for newer ones of the same person, and may not be large', async () => {
    const { url } = await files.of('cat').keep(report)
    const other = await files.of('dan').keep(report)
    for (let count = 0; count < 50; count++) await files.of('cat').keep(report)
    expect(await files.open(url)).toBeUndefined()
    expect(await files.open(other.url)).toEqual(report)
    const large = { ...report, bytes: new Uint8Array(11_000_000) }
    await expect(files.of('cat').keep(large)).rejects.toMatchObject({ code: 'file_too_large' })
  })
})
