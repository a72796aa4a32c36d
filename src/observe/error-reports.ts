import type { Scope } from '@sentry/node'
import { AppError } from '../errors.ts'
import { ReportOnce } from './report-once.ts'

export interface ErrorReportOptions {
  /** Where reports go. Absent: nowhere. */
  readonly dsn: string | undefined
  readonly release: string
  readonly environment: string
  /** Takes secrets out of finished text, as the log does. */
  readonly scrub: (text: string) => string
}

/** What belongs to an error, for whoever looks for it; never what people said. */
export interface ErrorTags {
  readonly requestId?: string | undefined
  readonly turnId?: string | undefined
  readonly bot?: string | undefined
}

/** Tells a service such as Sentry of errors. */
export interface ErrorReports {
  /** Returns at once; a service that is away is nobody's failure. The same error is told once a minute. */
  report(error: unknown, message: string | undefined, tags: ErrorTags): void
  /** As `report`, of what ends the process: fatal, and handled by nobody. */
  reportCrash(error: unknown, tags: ErrorTags): void
  /** Hands over what has not left yet; takes two seconds at the most, whatever the service does. */
  close(): Promise<void>
}

/** How long the last reports may take to leave, in milliseconds. */
const LAST_REPORTS_MS = 2_000

/**
 * Opens the way for reports of errors. The client is only loaded when there is an address, and stands for itself: it
 * touches nothing global, records no requests and knows no people. Throws `invalid_configuration` when the package is
 * missing or the address is none.
 */
export async function openErrorReports(options: ErrorReportOptions): Promise<ErrorReports | undefined> {
  const { dsn, release, environment, scrub } = options
  if (dsn === undefined) return undefined
  if (!isDsn(dsn))
    throw invalid('SENTRY_DSN is no address of Sentry. Copy it from the settings of the project there.')
  const sentry = await loadSentry()
  const client = new sentry.NodeClient({
    dsn,
    release: `botyard@${release}`,
    environment,
    transport: sentry.makeNodeTransport,
    stackParser: sentry.defaultStackParser,
    integrations: [sentry.linkedErrorsIntegration()],
    // Of performance we tell by other means.
    tracesSampleRate: 0,
    sendClientReports: false,
    beforeSend: (event) => cleanEvent(event, scrub),
  })
  client.init()
  const once = new ReportOnce()
  const scopeOf = (error: unknown, tags: ErrorTags): Scope => {
    const scope = new sentry.Scope()
    scope.setTags({ ...tags, ...(error instanceof AppError && { code: error.code }) })
    scope.setClient(client)
    return scope
  }
  return {
    report: (error, message, tags) => {
      if (!once.isDue(error, message)) return
      const scope = scopeOf(error, tags)
      if (message !== undefined) scope.setExtra('message', message)
      scope.captureException(error)
    },
    reportCrash: (error, tags) => {
      const mechanism = { type: 'crash', handled: false }
      scopeOf(error, tags).setLevel('fatal').captureException(error, { data: { mechanism } })
    },
    close: async () => {
      await client.close(LAST_REPORTS_MS)
    },
  }
}

interface ReportedError {
  readonly type?: string
  value?: string
}

interface Reported {
  readonly exception?: { readonly values?: readonly ReportedError[] }
}

/** Errors that repeat what they were given, by their names, and where in their words that begins. */
const REPEATING: Readonly<Record<string, RegExp>> = {
  ProviderReply: /:.*/s,
  SyntaxError: /\s*["'].*/s,
  // Of the driver of PostgreSQL.
  error: /: ".*/s,
}

/**
 * Secrets are replaced wherever they stand; who asked, from where and on which computer is left out, and so is what an
 * error repeats of what people said.
 */
function cleanEvent<Event extends Reported>(event: Event, scrub: (text: string) => string): Event {
  const clean = JSON.parse(scrub(JSON.stringify(event))) as Event & Readonly<Record<string, unknown>>
  const { user: _user, request: _request, server_name: _server, breadcrumbs: _breadcrumbs, ...rest } = clean
  for (const error of rest.exception?.values ?? []) {
    const repeated = REPEATING[error.type ?? '']
    if (repeated) error.value = error.value?.replace(repeated, '') ?? ''
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that was left out is optional
  return rest as unknown as Event
}

/** Such as `https://key@o1.ingest.sentry.io/1`. */
function isDsn(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username !== '' && /\/\d+$/.test(url.pathname)
}

async function loadSentry(): Promise<typeof import('@sentry/node')> {
  try {
    return await import('@sentry/node')
  } catch (cause) {
    throw invalid(
      'SENTRY_DSN is set, but @sentry/node is not installed. Run `npm install @sentry/node@11`.',
      cause,
    )
  }
}

function invalid(problem: string, cause?: unknown): AppError {
  return new AppError('invalid_configuration', { params: { problem }, cause })
}
