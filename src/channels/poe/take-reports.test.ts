import { expect, test } from 'vitest'
import type { FeedbackReport } from '../../feedback.ts'
import { InOrder } from './in-order.ts'
import { takeReaction } from './take-reports.ts'

const about = { message_id: 'm-1', user_id: 'u-1', reaction: 'sad', action: '' }

test('what a person takes back at once is taken back after it was kept, however long that took', async () => {
  const kept: string[] = []
  const first = Promise.withResolvers<void>()
  const report = async ({ reference, removed }: FeedbackReport): Promise<void> => {
    if (reference === 'm-1' && !removed) await first.promise
    kept.push(`${reference} ${removed ? 'removed' : 'kept'}`)
  }
  const log = { error: expect.unreachable, warn: expect.unreachable }
  const services = { host: { report }, log, reports: new InOrder() }
  takeReaction('test', about, services)
  takeReaction('test', { ...about, action: 'removed' }, services)
  takeReaction('test', { ...about, message_id: 'm-2' }, services)
  await expect.poll(() => kept).toEqual(['m-2 kept'])
  first.resolve()
  await expect.poll(() => kept).toEqual(['m-2 kept', 'm-1 kept', 'm-1 removed'])
})
