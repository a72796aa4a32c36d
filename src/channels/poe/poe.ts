import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import { bearerOf, isOneOf } from '../../http/bearer.ts'
import { toProblem } from '../../http/problem.ts'
import type { PoeOptions } from '../../poe-options.ts'
import type { Channel, Host } from '../channel.ts'
import { answerQuery, type QueryServices } from './answer-query.ts'
import { InOrder } from './in-order.ts'
import { PoeApi, type PoeApiOptions } from './poe-api.ts'
import { READERS, readEnvelope } from './poe-requests.ts'
import { Redrives } from './redrives.ts'
import { takeErrorReport, takeFeedback, takeReaction } from './take-reports.ts'
import { toSettingsReply } from './settings-reply.ts'
import { syncSettings, type SyncedSettings } from './settings-sync.ts'
import type { UseLimiter } from './user-limits.ts'

/** A bot as Poe reaches it. */
export interface PoeBotOptions {
  readonly name: string
  /** Absent: everybody may call it. */
  readonly accessKey: string | undefined
  /** Where Poe calls it; the bot at `/` has a path of its own, too. */
  readonly paths: readonly string[]
  readonly poe: PoeOptions
  /** Bots of Poe it may call in one answer, and how often. */
  readonly dependencies: Readonly<Record<string, number>>
}

export interface PoeChannelOptions extends PoeApiOptions {
  readonly bots: readonly PoeBotOptions[]
  /** How often one person may ask one bot; the shortest time first. */
  readonly limiters: readonly UseLimiter[]
  /** After so long an answer is closed politely, in milliseconds. */
  readonly answerMs: number
  readonly maxBodyBytes: number
}

/**
 * Poe, as a server bot speaks to it: protocol 1.2, response version 2. Poe carries the conversation; a reader that
 * leaves stops its answer.
 */
export function createPoeChannel(options: PoeChannelOptions): Channel {
  const failures = new Map<string, string>()
  const api = new PoeApi(options)
  let log: FastifyBaseLogger | undefined
  return {
    name: 'poe',
    register(server, host) {
      log = server.log
      const services = createServices(options, { api, host, log: server.log })
      void server.register(async (scope) => addRoutes(scope, options, services))
    },
    // oxlint-disable-next-line require-await -- the seam is asynchronous
    async start(host) {
      const stop = new AbortController()
      const running = listSynced(options.bots).map((settings) =>
        syncSettings(settings, syncOptions({ api, host, failures, log }), stop.signal),
      )
      return async () => {
        stop.abort()
        await Promise.all(running)
      }
    },
    health: () => [...failures.values()].join(' ') || null,
  }
}

interface SyncParts {
  readonly api: PoeApi
  readonly host: Host
  readonly failures: Map<string, string>
  readonly log: FastifyBaseLogger | undefined
}

function syncOptions({ api, host, failures, log }: SyncParts): Parameters<typeof syncSettings>[1] {
  return {
    api,
    notes: host.notes,
    onSynced: (bot) => {
      failures.delete(bot)
      log?.info({ bot }, 'Poe has the new settings')
    },
    onFailure: (bot, error) => {
      failures.set(bot, `Poe still has the old settings of ${bot}.`)
      log?.warn({ err: error, bot }, 'Poe could not be told the new settings; trying again')
    },
  }
}

function listSynced(bots: readonly PoeBotOptions[]): readonly SyncedSettings[] {
  return bots.flatMap(({ name, accessKey, poe, dependencies }) =>
    poe.handle && accessKey
      ? [{ bot: name, handle: poe.handle, accessKey, settings: toSettingsReply(poe, dependencies) }]
      : [],
  )
}

function createServices(
  { limiters, answerMs }: PoeChannelOptions,
  { api, host, log }: Pick<QueryServices, 'api' | 'host' | 'log'>,
): QueryServices {
  const redrives = new Redrives((turnId) => {
    host
      .stop({ turnId, channel: 'poe', account: 'any' })
      .catch((error: unknown) => log.warn({ err: error, turnId }, 'an answer could not be stopped'))
  })
  return { host, api, redrives, reports: new InOrder(), limiters, log, answerMs }
}

/** Poe's requests all have one path; the type decides. Bodies are JSON whatever their type says. */
function addRoutes(
  scope: FastifyInstance,
  { bots, maxBodyBytes }: PoeChannelOptions,
  services: QueryServices,
): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBodyBytes }, (_request, body, done) => {
    done(null, parseBody(String(body)))
  })
  const hidden = { schema: { hide: true } }
  for (const bot of bots) {
    const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> =>
      requireKey(bot, request, reply)
    for (const path of bot.paths) {
      scope.post(path, { ...hidden, onRequest, bodyLimit: maxBodyBytes }, (request, reply) =>
        dispatch(bot, services, { request, reply }),
      )
      refuseOthers(scope, path)
    }
  }
}

function refuseOthers(scope: FastifyInstance, path: string): void {
  // At `/` the chat page is.
  const isPage = path === '/'
  const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    reply.header('allow', isPage ? 'GET, HEAD, POST' : 'POST')
    throw new AppError('method_not_allowed')
  }
  const method = ['PUT', 'PATCH', 'DELETE', ...(isPage ? [] : ['GET'])]
  scope.route({ method, url: path, schema: { hide: true }, onRequest: refuse, handler: refuse })
}

function requireKey({ accessKey }: PoeBotOptions, request: FastifyRequest, reply: FastifyReply): void {
  if (accessKey === undefined || isOneOf(bearerOf(request) ?? '', [accessKey])) return
  reply.header('www-authenticate', 'Bearer')
  throw new AppError('unauthorized')
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

async function dispatch(
  bot: PoeBotOptions,
  services: QueryServices,
  { request, reply }: Exchange,
): Promise<unknown> {
  const envelope = readEnvelope(request.body)
  if (!envelope) throw invalid('it is no object with a `type`.')
  if (/^[2-9]/.test(envelope.version))
    request.log.warn({ version: envelope.version }, 'Poe speaks a newer version of its protocol')
  switch (envelope.type) {
    case 'query': {
      const query = READERS.query.safeParse(request.body)
      if (!query.success) throw invalid('`query` is no list of messages.')
      return answerQuery(reply, { bot, query: query.data }, services)
    }
    case 'settings':
      return toSettingsReply(bot.poe, bot.dependencies)
    case 'report_reaction':
      return takeReaction(bot.name, READERS.report_reaction.parse(request.body), services)
    case 'report_feedback':
      return takeFeedback(bot.name, READERS.report_feedback.parse(request.body), services)
    case 'report_error':
      return takeErrorReport(bot.name, READERS.report_error.parse(request.body), services)
    default:
      return refuseType(envelope.type, { request, reply })
  }
}

/** Poe asks for something new: 501 tells it so, and nothing here has failed. */
function refuseType(type: string, { request, reply }: Exchange): FastifyReply {
  request.log.warn({ type: type.slice(0, 100) }, 'Poe sent a request of an unknown type')
  const error = new AppError('request_type_unknown')
  return reply.code(error.status).send(toProblem(error))
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('the body is not valid JSON.')
  }
}

function invalid(problem: string): AppError {
  return new AppError('invalid_request', { params: { problem } })
}
