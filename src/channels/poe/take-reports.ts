import type { FastifyBaseLogger } from 'fastify'
import type { FeedbackReport } from '../../feedback.ts'
import type { Host } from '../channel.ts'
import type { InOrder } from './in-order.ts'
import type { PoeErrorReport, PoeFeedback, PoeReaction } from './poe-requests.ts'
import { parseReaction } from './reactions.ts'

export interface ReportServices {
  readonly host: Pick<Host, 'report'>
  readonly log: Pick<FastifyBaseLogger, 'error' | 'warn'>
  readonly reports: InOrder
}

/** Poe ignores what is said to a report, but not how long it takes: it is taken first and kept after. */
const TAKEN = {} as const

/** Characters of an error report that are logged. */
const EXCERPT = 2_000

export function takeReaction(bot: string, report: PoeReaction, services: ReportServices): typeof TAKEN {
  const known = parseReaction(report.reaction, report.action)
  if (known) keep({ ...aboutOf(bot, report), kind: 'reaction', ...known }, services)
  return TAKEN
}

export function takeFeedback(bot: string, report: PoeFeedback, services: ReportServices): typeof TAKEN {
  const value = report.feedback_type
  if (value === 'like' || value === 'dislike')
    keep({ ...aboutOf(bot, report), kind: 'feedback', value }, services)
  return TAKEN
}

/** Guide 000's family calls the message `error_message`. */
export function takeErrorReport(bot: string, report: PoeErrorReport, { log }: ReportServices): typeof TAKEN {
  const message = (report.message || report.error_message).slice(0, EXCERPT)
  const metadata = JSON.stringify(report.metadata).slice(0, EXCERPT)
  log.warn({ bot, report: message, metadata }, 'Poe reports an error of the bot')
  return TAKEN
}

function aboutOf(bot: string, { message_id, user_id }: PoeFeedback | PoeReaction) {
  return { bot, channel: 'poe', reference: message_id, subject: `poe:${user_id}` }
}

/** Poe does not wait, so a word and what takes it back may come in one moment. */
function keep(report: FeedbackReport, { host, log, reports }: ReportServices): void {
  const { bot, reference } = report
  if (reference === '') return
  reports.put(JSON.stringify([bot, reference]), () =>
    host.report(report).catch((error: unknown) => log.error({ err: error, bot }, 'feedback of Poe was lost')),
  )
}
