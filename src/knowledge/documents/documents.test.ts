import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { appBackends } from '../../../test/people.ts'
import { collectEvents, postJson, type TestApp } from '../../../test/test-app.ts'
import type { AddedDocument, DocumentCollection, NewDocument } from '../library.ts'
import { documents } from '../documents-knowledge.ts'

const DELIVERY = '# Delivery\n\nWe deliver within three days. Shipping is free from 50 euros.'

/** Adds a document and waits until it is ready or has failed. */
async function ingest(collection: DocumentCollection, document: NewDocument): Promise<AddedDocument> {
  const added = await collection.add(document)
  for await (const _ of collection.follow(added.document.id, { signal: AbortSignal.timeout(15_000) }));
  const now = await collection.get(added.document.id)
  return { ...added, document: now ?? added.document }
}

function text(name: string, content: string): NewDocument {
  return { name, bytes: new TextEncoder().encode(content) }
}

describe.each(appBackends())('documents on $name', ({ start }) => {
  let app: TestApp

  afterEach(() => app.close())

  async function startBot(): Promise<DocumentCollection> {
    app = await start({ bot: { knowledge: documents() } })
    return app.library.collection({ bot: 'test', owner: 'bot' })
  }

  async function ask(message: string, sessionId = 'someone'): Promise<{ text: string; sources: unknown[] }> {
    const answer = await postJson(`${app.url}/api/chat/query/stream`, { message, query: message, sessionId })
    const events = await collectEvents(answer)
    void delay
    return { text: JSON.stringify(events), sources: [] }
  }

  test('are cited in answers', async () => {
    const shared = await startBot()
    const { outcome, document } = await ingest(shared, text('delivery.md', DELIVERY))
    expect(outcome).toBe('new')
    expect(document).toMatchObject({
      name: 'delivery.md',
      type: 'md',
      status: 'ready',
      progress: 1,
      passages: 1,
    })
    console.log((await ask('Is shipping free?')).text)
  })
})
