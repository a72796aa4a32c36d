import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { createHttpServer } from '../http/http-server.ts'
import { addEmbedRoutes } from '../knowledge/embed/embed-routes.ts'
import { openEmbedder, openReranker } from '../knowledge/embed/open-embedder.ts'
import { createWordReranker } from '../knowledge/embed/word-reranker.ts'
import type { Log } from '../observe/log.ts'
import { readVersion } from '../version.ts'
import { toHttpOptions } from './http-options.ts'

/** The server of `botyard serve --role embed`: embeddings and rerankings, no bots and no database. Not yet listening. */
export async function createEmbedServer(
  config: Config,
  log: Log,
): Promise<{ readonly server: FastifyInstance; readonly models: readonly string[] }> {
  const embedder = await openEmbedder(config)
  const reranker = openReranker(config) ?? createWordReranker()
  const server = await createHttpServer({
    log,
    version: readVersion(),
    ...toHttpOptions(config),
    isDraining: () => false,
  })
  addEmbedRoutes(server, {
    embedder,
    reranker,
    apiKeys: config.API_KEYS,
    maxBodyBytes: config.MAX_BODY_BYTES,
  })
  await server.ready()
  return { server, models: [embedder.id, reranker.id] }
}
