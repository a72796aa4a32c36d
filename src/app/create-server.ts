import type { FastifyInstance } from 'fastify'
import type { Channel } from '../channels/channel.ts'
import { addHealthRoutes } from '../http/health.ts'
import { createHttpServer } from '../http/http-server.ts'
import { SiteOrigins } from '../http/site-origins.ts'
import { readVersion } from '../version.ts'
import type { AppParts } from './app-parts.ts'
import { configurationFlags } from './bot-requirements.ts'
import { toHttpOptions } from './http-options.ts'

interface ServerParts extends AppParts {
  readonly channelProblems: () => Readonly<Record<string, string>>
  readonly isDraining: () => boolean
}

/** What channels say is not well with them, by their names. */
export function problemsOf(channels: readonly Channel[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    channels.flatMap((channel) => {
      const problem = channel.health?.() ?? null
      return problem === null ? [] : [[channel.name, problem]]
    }),
  )
}

/** The HTTP server with its health routes; channels add theirs. */
export async function createServer({
  config,
  log,
  bots,
  store,
  observability,
  channelProblems,
  isDraining,
}: ServerParts): Promise<FastifyInstance> {
  const version = readVersion()
  const server = await createHttpServer({
    log,
    version,
    ...toHttpOptions(config),
    siteOrigins: new SiteOrigins({
      corsOrigins: config.CORS_ORIGINS,
      publicUrl: config.APP_URL,
      allowedOriginsOf: (name) => bots.find(name)?.bot.site?.allowedOrigins,
      localPages: config.NODE_ENV !== 'production' && config.CORS_ORIGINS === undefined,
    }),
    isDraining,
    tracer: observability.tracing.tracer,
  })
  addHealthRoutes(server, {
    version,
    okWord: config.HEALTH_OK_WORD,
    isDraining,
    checks: { database: () => store.check() },
    channelProblems,
    flags: () => configurationFlags(config, bots.list()),
  })
  return server
}
