import { findFieldProblem, isText, wholeNumber, type FieldRule } from './definition.ts'

/** How a bot appears on sites that embed it, and to whom it talks there; no part of the revision. */
export interface SiteOptions {
  /**
   * Origins whose pages may embed the bot: `https://example.com`, `https://*.example.com` for all its subdomains, or
   * `*`. Pages of other origins are refused. Default: those of `CORS_ORIGINS`, and this server's own.
   */
  readonly allowedOrigins?: readonly string[]
  /** Said before the first message. Default: the bot's description. */
  readonly greeting?: string
  /** The words on the button that opens the widget. Default: none, an icon alone. */
  readonly launcher?: string
  /** The accent colour, `#rrggbb`. Default: a green. */
  readonly color?: string
  /** Messages a person may send before signing in. Default: no limit. */
  readonly freeMessages?: number
  /** Said when the free messages are used up. Default: a sentence of ours. */
  readonly authText?: string
  /** How people sign in, for clients that ask for it themselves, such as `email` or `whatsapp`. Default `email`. */
  readonly authMethod?: string
  /** Where people sign in: an address of the web. Default: none is offered. */
  readonly authUrl?: string
}

const text: FieldRule = { fits: isText, fix: 'write text' }

const SITE_FIELDS: Readonly<Record<keyof SiteOptions, FieldRule>> = {
  allowedOrigins: {
    fits: isOriginPattern,
    fix: 'write an origin without a path: "https://example.com", "https://*.example.com", or "*"',
    list: true,
  },
  greeting: text,
  launcher: text,
  color: {
    fits: (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value),
    fix: 'write a colour as "#2c6152"',
  },
  freeMessages: wholeNumber(0),
  authText: text,
  authMethod: text,
  authUrl: {
    fits: (value) => typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
    fix: 'write an address such as "https://example.com/sign-in"',
  },
}

/** The first thing wrong with the `site` field of the bot `owner`; undefined when it can be served. */
export function findSiteProblem(options: SiteOptions | undefined, owner: string): string | undefined {
  return options === undefined ? undefined : findFieldProblem(options, SITE_FIELDS, { owner, field: 'site' })
}

/** True for `*`, an origin, or an origin whose host begins with `*.`. */
export function isOriginPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const sample = value.replace('://*.', '://any.')
  return value === '*' || (!sample.includes('*') && toOrigin(sample) === sample)
}

/** True when a page of `origin` (the value of the request header) is one of those that `patterns` name. */
export function matchesOrigin(origin: string, patterns: readonly string[]): boolean {
  const given = origin.toLowerCase()
  return patterns.some((pattern) => {
    if (pattern === '*') return true
    const [scheme = '', host = ''] = pattern.toLowerCase().split('://')
    if (!host.startsWith('*.')) return given === `${scheme}://${host}`
    return given.startsWith(`${scheme}://`) && given.endsWith(host.slice(1)) && toOrigin(given) === given
  })
}

function toOrigin(value: string): string | undefined {
  const url = URL.parse(value)
  return url && /^https?:$/.test(url.protocol) ? url.origin : undefined
}
