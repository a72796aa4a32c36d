import { once } from 'node:events'
import { UsageError, type Command, type ExitCode, type Terminal } from '../command.ts'
import { runReported, type ServerStart } from '../run-reported.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'Serve one part of the work alone: embeddings and rerankings',
  usage: '',
  arity: [0, 0],
  options: { role: { type: 'string', value: 'role', about: '`embed`: /embed, /rerank and /v1/embeddings' } },
  examples: [
    'PORT=8001 botyard serve --role embed',
    'PORT=8001 EMBEDDING_MODEL=local/models/bge-m3 botyard serve --role embed',
  ],
  run: async ({ options: { role }, terminal: { env, stdout } }) => {
    if (role !== 'embed') throw new UsageError('Usage: botyard serve --role embed')
    return runReported(env, (starting) => serveEmbeddings(starting, stdout))
  },
}

async function serveEmbeddings(
  { config, log, pretty }: ServerStart,
  stdout: Terminal['stdout'],
): Promise<ExitCode> {
  const { createEmbedServer } = await import('../../app/create-embed-server.ts')
  const { server, models } = await createEmbedServer(config, log)
  const stopped = new AbortController()
  const asked = Promise.race(
    (['SIGTERM', 'SIGINT'] as const).map((signal) => once(process, signal, { signal: stopped.signal })),
  )
  try {
    const url = await server.listen({ host: config.HOST, port: config.PORT })
    if (pretty) stdout.write(`Embeddings by ${models.join(', rerankings by ')} at ${url}\n`)
    else log.info({ url, models }, 'listening')
    process.send?.('ready')
    await asked
  } finally {
    stopped.abort()
    await asked.catch(() => undefined)
    // Requests that run are answered; new ones find the port closed.
    await server.close()
  }
  return 0
}
