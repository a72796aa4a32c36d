import { AppError } from '../errors.ts'
import type { Finding } from './look-at-server.ts'

/** Where alerts go. */
export interface AlertTargets {
  /** An address that takes `{"text":"…"}`, as Slack's do. */
  readonly webhook: string | undefined
  readonly mail: MailTarget | undefined
}

export interface MailTarget {
  /** The mail server, such as `smtp://user:password@host:587`. */
  readonly smtpUrl: string
  /** One or more addresses, separated by commas. */
  readonly to: string
  readonly from: string
}

export interface AlertMessage {
  readonly subject: string
  readonly text: string
  readonly findings: readonly Finding[]
}

/** How long a receiver may take, in milliseconds. */
const PATIENCE_MS = 10_000

/** Tells everybody who is to be told. Returns what went wrong, a sentence for each target; one does not keep the other. */
export async function sendAlert(message: AlertMessage, targets: AlertTargets): Promise<readonly string[]> {
  const { webhook, mail } = targets
  const results = await Promise.allSettled([
    ...(webhook === undefined ? [] : [post(webhook, message)]),
    ...(mail ? [sendMail(mail, message)] : []),
  ])
  return results.flatMap((result) => (result.status === 'rejected' ? [describe(result.reason)] : []))
}

/**
 * The address of a webhook. Throws `invalid_configuration` for what is no web address, and for one with a password,
 * which would stand in the log of every proxy on the way.
 */
export function requireWebhook(address: string): string {
  const url = URL.parse(address)
  const fits = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (fits) return url.href
  const problem =
    'The webhook has to be an address that begins with https:// or http://, without user and password.'
  throw new AppError('invalid_configuration', { params: { problem } })
}

async function post(webhook: string, { text, subject, findings }: AlertMessage): Promise<void> {
  const reply = await fetch(webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: `${subject}\n${text}`, alerts: findings }),
    // Whoever answers there must not send us elsewhere.
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  await reply.body?.cancel()
  if (!reply.ok) throw new Error(`the webhook answers with status ${reply.status}`)
}

async function sendMail({ smtpUrl, to, from }: MailTarget, { subject, text }: AlertMessage): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  })
  try {
    await transport.sendMail({ from, to, subject, text, disableFileAccess: true, disableUrlAccess: true })
  } catch (cause) {
    const { code = 'failed' } = cause as { readonly code?: string }
    throw new Error(`the mail could not be sent (${code})`, { cause })
  } finally {
    transport.close()
  }
}

/** The address of a webhook is a secret; the words of `fetch` hold none. */
function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
