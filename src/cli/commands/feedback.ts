import type { FeedbackCount } from '../../feedback.ts'
import type { Command } from '../command.ts'
import { printTable } from '../print-table.ts'
import { withStore } from '../with-store.ts'

export const feedback: Command = {
  name: 'feedback',
  summary: 'Count what people think of answers, by bot and revision',
  usage: '',
  arity: [0, 0],
  options: {
    bot: { type: 'string', value: 'name', about: 'Only of this bot' },
    json: { type: 'boolean', about: 'Print the counts as JSON' },
  },
  examples: ['botyard feedback --bot support'],
  run: ({ options: { bot, json }, terminal }) =>
    withStore(terminal, async (store) => {
      const { stdout } = terminal
      const counts = await store.feedback.count(typeof bot === 'string' ? { bot } : {})
      if (json) stdout.write(`${JSON.stringify(counts, null, 2)}\n`)
      else if (counts.length === 0) stdout.write('no feedback\n')
      else printTable(HEADINGS, counts.map(toRow), stdout)
      return 0
    }),
}

const HEADINGS = ['bot', 'revision', 'kind', 'word', 'count']

function toRow({ bot, revision, kind, value, count }: FeedbackCount): readonly string[] {
  return [bot, revision ?? 'unknown', kind, value, String(count)]
}
