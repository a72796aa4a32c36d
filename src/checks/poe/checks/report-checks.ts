import { describeAnswer } from '../answer-problem.ts'
import { broken, doubtful, judge, pass, type PoeCheck, type Verdict } from '../poe-check.ts'
import type { PoeBot } from '../poe-bot.ts'
import { toReport } from '../queries.ts'
import { SOURCES, specification } from '../sources.ts'

const REACTIONS = ['like', 'dislike', 'heart', 'laughing', 'surprised', 'sad']
const ACCEPT = 'Answer every report with 200 and {} at once; ignore what you do not know.'

/** Rules about what Poe reports: reactions, feedback, errors. */
export const REPORT_CHECKS: readonly PoeCheck[] = [
  {
    id: 'report.reaction',
    title: 'Reactions',
    severity: 'must',
    expected: `HTTP 200 for ${REACTIONS.join(', ')}`,
    source: specification('report_reaction'),
    remedy: ACCEPT,
    ask: (bot) =>
      expectAccepted(
        bot,
        'report_reaction',
        REACTIONS.map((reaction) => ({ reaction })),
      ),
  },
  {
    id: 'report.reaction-unknown',
    title: 'Reactions nobody knows',
    severity: 'must',
    expected: 'HTTP 200 for unknown names, emoji, "+👍" and an action',
    source: `${specification('report_reaction')}; ${SOURCES.operation}`,
    remedy: ACCEPT,
    ask: (bot) =>
      expectAccepted(bot, 'report_reaction', [
        { reaction: 'botyard-unknown' },
        { reaction: '🦄' },
        { reaction: '+👍' },
        { reaction: '-👍' },
        { reaction: 'like', action: 'removed' },
      ]),
  },
  {
    id: 'report.feedback',
    title: 'Feedback',
    severity: 'must',
    expected: 'HTTP 200 for like, dislike and unknown types',
    source: specification('report_feedback'),
    remedy: ACCEPT,
    ask: (bot) =>
      expectAccepted(
        bot,
        'report_feedback',
        ['like', 'dislike', 'love'].map((type) => ({ feedback_type: type })),
      ),
  },
  {
    id: 'report.error',
    title: 'Errors that Poe reports',
    severity: 'must',
    expected: 'HTTP 200 within 1 s',
    source: `${specification('report_error')}; ${SOURCES.client}`,
    remedy: 'Log the message and answer 200 at once: the client waits for it in the middle of an answer.',
    ask: async (bot) => {
      const fields = {
        message: 'Botyard checks that errors can be reported.',
        metadata: { attempt: 1, list: [null] },
      }
      const exchange = await bot.send(toReport('report_error', fields))
      const { status, totalMs } = exchange
      if (status !== 200) return status === 501 ? doubtful('HTTP 501') : broken(describeAnswer(exchange))
      const seen = `HTTP 200 after ${Math.round(totalMs)} ms`
      return totalMs > bot.limits.reportMs ? doubtful(seen) : pass(seen)
    },
  },
  {
    id: 'report.error-odd',
    title: 'Errors without metadata, with a lot of it',
    severity: 'should',
    expected: 'HTTP 200',
    source: SOURCES.practice,
    remedy: 'Do not require metadata; cut it before it goes to your log.',
    ask: (bot) =>
      expectAccepted(bot, 'report_error', [
        { message: 'no metadata' },
        { message: 'much metadata', metadata: { much: 'x'.repeat(200_000) } },
      ]),
  },
  {
    id: 'report.fast',
    title: 'Reports are answered at once',
    severity: 'must',
    expected: 'every report within 5 s, whatever is done with it',
    source: specification('Limits'),
    remedy: 'Answer first, store later.',
    ask: async (bot) => {
      const reports = [{ reaction: 'like' }, { reaction: 'heart' }].map((fields) =>
        toReport('report_reaction', fields),
      )
      const exchanges = await Promise.all(reports.map((report) => bot.send(report)))
      const slow = exchanges.filter(
        ({ totalMs, status }) => totalMs > bot.limits.firstEventMs || status === undefined,
      )
      const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
      return judge(
        slow.map(({ request, totalMs }) => `${request.asked}: ${seconds(totalMs)}`),
        `at the latest after ${seconds(Math.max(...exchanges.map(({ totalMs }) => totalMs)))}`,
      )
    },
  },
  {
    id: 'report.unknown-message',
    title: 'A reaction to a message that is gone',
    severity: 'should',
    expected: 'HTTP 200',
    source: SOURCES.practice,
    remedy: ACCEPT,
    ask: (bot) =>
      expectAccepted(bot, 'report_reaction', [
        { reaction: 'like', message_id: '' },
        { reaction: 'like', message_id: 'm-test' },
      ]),
  },
]

/** The answer to a report is ignored, so 501 does no harm; but the bot hears nothing then. */
async function expectAccepted(
  bot: PoeBot,
  type: string,
  variants: readonly Readonly<Record<string, unknown>>[],
): Promise<Verdict> {
  const exchanges = await Promise.all(variants.map((fields) => bot.send(toReport(type, fields))))
  const wrong = exchanges.filter(({ status }) => status !== 200 && status !== 501)
  const problems = wrong.map((exchange) => `${exchange.request.asked}: ${describeAnswer(exchange)}`)
  const unheard = exchanges.filter(({ status }) => status === 501)
  if (problems.length === 0 && unheard.length > 0)
    return doubtful(`HTTP 501 for ${unheard.length} of ${exchanges.length}`)
  return judge(problems, `HTTP 200 for ${exchanges.length}`)
}
