import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { matchesOrigin } from '../site-options.ts'

export interface SiteOriginOptions {
  /** `CORS_ORIGINS`: may call everything. */
  readonly corsOrigins: readonly string[] | undefined
  /** Public address of this server. */
  readonly publicUrl: string | undefined
  /** `allowedOrigins` of a bot; undefined when it names none. */
  readonly allowedOriginsOf: (bot: string) => readonly string[] | undefined
  /** While developing, pages on this machine may embed bots that name no origins. */
  readonly localPages: boolean
}

/** Routes that pages of other sites call, for one bot that the request names. */
const SITE_ROUTES = /^\/(?:api\/chat|widget)\//
const LOCAL_PAGES = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Which pages may speak to which bots. Browsers say of every request whose page sent it; programs need not. */
export class SiteOrigins {
  readonly #options: SiteOriginOptions

  constructor(options: SiteOriginOptions) {
    this.#options = options
  }

  /**
   * What CORS tells the browser about a request. It asks before the body is sent, so the address of the request has to
   * name the bot: `?chatbotId=`.
   */
  mayRead(request: FastifyRequest): boolean {
    const { origin } = request.headers
    if (!origin || !SITE_ROUTES.test(request.url)) return false
    const [bot] = botsIn(request.query)
    return bot !== undefined && this.#isAllowed(origin, this.#options.allowedOriginsOf(bot))
  }

  /** Throws `origin_not_allowed` when the page that sent the request may not speak to the bot it names. */
  require(request: FastifyRequest): void {
    const { origin } = request.headers
    // The route and not the address, which may be written in many ways (`/%61pi`).
    const { url = '' } = request.routeOptions
    if (!origin || !SITE_ROUTES.test(url) || this.#isOwn(origin, request)) return
    for (const bot of [...botsIn(request.query), ...botsIn(request.body)]) {
      const allowed = this.#options.allowedOriginsOf(bot)
      // Bots without a list are open to whom CORS lets in, and a server behind proxies may not know its own name.
      if (allowed && !this.#isAllowed(origin, allowed)) throw new AppError('origin_not_allowed')
    }
  }

  #isAllowed(origin: string, allowed: readonly string[] | undefined): boolean {
    const { corsOrigins = [], localPages } = this.#options
    // The list of a bot binds also where the server is open to all.
    if (allowed) return matchesOrigin(origin, [...allowed, ...corsOrigins.filter((one) => one !== '*')])
    return matchesOrigin(origin, corsOrigins) || (localPages && isLocal(origin))
  }

  #isOwn(origin: string, { headers, host }: FastifyRequest): boolean {
    if (headers['sec-fetch-site'] === 'same-origin') return true
    const { publicUrl } = this.#options
    return (
      URL.parse(origin)?.host === host || (publicUrl !== undefined && URL.parse(publicUrl)?.origin === origin)
    )
  }
}

function isLocal(origin: string): boolean {
  return LOCAL_PAGES.has(URL.parse(origin)?.hostname ?? '')
}

/** The bot that a query or a body names; it may hold anything yet. */
function botsIn(values: unknown): readonly string[] {
  if (typeof values !== 'object' || values === null) return []
  const { chatbotId, chatbot } = values as Readonly<Record<string, unknown>>
  return [chatbotId, chatbot].filter((value) => typeof value === 'string')
}
