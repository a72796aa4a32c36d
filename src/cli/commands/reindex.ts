import { loadConfig } from '../../config.ts'
import type { Command } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'
import { withStore } from '../with-store.ts'

export const reindex: Command = {
  name: 'reindex',
  summary: 'Make the vectors of all documents anew, for another EMBEDDING_MODEL or index',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['EMBEDDING_MODEL=openai/text-embedding-3-small botyard reindex'],
  run: async ({ terminal }) => {
    const config = loadConfig(terminal.env)
    const log = createQuietLog(config, terminal)
    return withStore(terminal, async (store) => {
      const { openSearch } = await import('../../app/open-library.ts')
      const onWarning = (message: string, error: unknown): void => log.warn({ err: error }, message)
      const { indexer, detail } = await openSearch({ config, store, onWarning })
      terminal.stdout.write(`Search: ${detail}\n`)
      const began = performance.now()
      const stopped = new AbortController()
      const count = await indexer.reindex(store.vectors, {
        signal: stopped.signal,
        onProgress: (done) => terminal.stderr.isTTY && terminal.stderr.write(`\r${done} pieces`),
      })
      const seconds = ((performance.now() - began) / 1_000).toFixed(1)
      terminal.stdout.write(`${terminal.stderr.isTTY ? '\n' : ''}${count} pieces in ${seconds} s\n`)
      return 0
    })
  },
}
