import { answerProblem, answersWithErrors, describeAnswer } from '../answer-problem.ts'
import type { Exchange } from '../exchange.ts'
import { broken, judge, pass, type PoeCheck } from '../poe-check.ts'
import { toSettingsRequest } from '../queries.ts'
import { SOURCES } from '../sources.ts'

/** Poe was seen to leave so soon and to ask again. */
const REDRIVE_MS = 15
const AT_ONCE = 10
const IN_TURN = 6

/** Rules about connections: Poe leaves, comes back, comes with many at once. */
export const CONNECTION_CHECKS: readonly PoeCheck[] = [
  {
    id: 'connection.left',
    title: 'A user who stops the answer',
    severity: 'must',
    expected: 'the server goes on serving after a connection is closed in the middle of an answer',
    source: SOURCES.operation,
    remedy: 'Treat a closed connection as the end of that answer: stop the model, and let nothing crash.',
    ask: async (bot) => {
      await bot.ask({ asked: 'a user who leaves', leaveAfterEvents: 1 })
      const after = await bot.send(toSettingsRequest('settings after that'))
      return after.status === 200 ? pass('HTTP 200 afterwards') : broken(describeAnswer(after))
    },
  },
  {
    id: 'connection.asked-again',
    title: 'The same query once more',
    severity: 'should',
    expected: 'a whole answer after the first try was cut',
    source: SOURCES.operation,
    remedy:
      'Poe leaves at times within 20 ms and sends the query again: serve it from the answer that runs, or anew.',
    ask: async (bot) => {
      const query = bot.toQuery({ asked: 'a query that is cut' })
      await bot.send({ ...query, leaveAfterMs: REDRIVE_MS })
      const again = await bot.send({ ...query, asked: 'the same query again' })
      const problem = answerProblem(again, await answersWithErrors(bot))
      return problem === undefined ? pass('answered') : broken(problem)
    },
  },
  {
    id: 'connection.unread',
    title: 'A reader that stops reading',
    severity: 'must',
    expected: 'others are served meanwhile',
    source: SOURCES.operation,
    remedy: 'Serve requests side by side: more than one worker, or an asynchronous server.',
    ask: async (bot) => {
      const left = new AbortController()
      const query = bot.toQuery({ asked: 'a reader that stops reading', unreadUntil: left.signal })
      const unread = bot.sendAtOnce([query])
      const [settings] = await bot.sendAtOnce([toSettingsRequest('settings beside it')])
      left.abort()
      await unread
      if (!settings) return broken('no answer')
      const { status, firstByteMs = Infinity } = settings
      if (status !== 200) return broken(describeAnswer(settings))
      return firstByteMs > bot.limits.firstEventMs
        ? broken(`settings came after ${(firstByteMs / 1000).toFixed(1)} s`)
        : pass(`settings after ${Math.round(firstByteMs)} ms`)
    },
  },
  {
    id: 'connection.shutdown',
    title: 'A server that is told to stop',
    severity: 'must',
    expected: 'error with allow_retry true and done on every open stream',
    source: SOURCES.operation,
    remedy: 'On SIGTERM take nothing new, let answers end, and seal the rest with error and done.',
    skip: 'a server cannot be told to stop from outside',
  },
  {
    id: 'connection.many',
    title: `${AT_ONCE} users at once`,
    severity: 'must',
    expected: 'a whole answer for each',
    source: SOURCES.practice,
    remedy: 'Serve queries side by side; a user over your limit gets an error event.',
    ask: async (bot) => {
      const queries = Array.from({ length: AT_ONCE }, (_, at) =>
        bot.toQuery({ asked: `user ${at + 1} of ${AT_ONCE}` }),
      )
      return judge(
        problemsOf(await bot.sendAtOnce(queries), await answersWithErrors(bot)),
        `${AT_ONCE} answers`,
      )
    },
  },
  {
    id: 'connection.kept',
    title: 'Many requests over one connection',
    severity: 'must',
    expected: 'every answer whole; Poe keeps connections',
    source: SOURCES.operation,
    remedy:
      'Frame answers right (chunked, or the exact Content-Length), and keep idle connections longer than the proxy does.',
    ask: async (bot) => {
      const settings = Array.from({ length: IN_TURN }, (_, at) =>
        toSettingsRequest(`settings ${at + 1} over one connection`),
      )
      const query = bot.toQuery({ asked: 'a query over a used connection' })
      const exchanges = await bot.sendInTurn([
        ...settings,
        query,
        toSettingsRequest('settings after a query'),
      ])
      const queries = exchanges.filter(({ request }) => request.kind === 'query')
      const wrong = exchanges.filter(
        ({ request, status, ending }) => request.kind === 'settings' && (status !== 200 || ending !== 'end'),
      )
      return judge(
        [
          ...wrong.map((exchange) => `${exchange.request.asked}: ${describeAnswer(exchange)}`),
          ...problemsOf(queries, await answersWithErrors(bot)),
        ],
        `${exchanges.length} whole answers`,
      )
    },
  },
]

function problemsOf(exchanges: readonly Exchange[], errorsAreUsual: boolean): readonly string[] {
  return exchanges.flatMap((exchange) => {
    const problem = answerProblem(exchange, errorsAreUsual)
    return problem === undefined ? [] : [`${exchange.request.asked}: ${problem}`]
  })
}
