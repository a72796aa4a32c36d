import { lineExcerpt } from './excerpt.ts'
import { countEvents, type Exchange, type ObservedStream } from './exchange.ts'
import { judge, type PoeCheck, type PoeRule } from './poe-check.ts'
import type { PoeBot } from './poe-bot.ts'
import type { QueryChange } from './queries.ts'

/** What came back, in a few words. */
export function describeAnswer({ status, body, failure, headers }: Exchange): string {
  if (status === undefined) return failure ?? 'no answer'
  const type = headers['content-type'] ?? 'no content type'
  const text = body === '' ? `(${type})` : lineExcerpt(body, 120)
  return `HTTP ${status} ${text}${failure === undefined ? '' : `, ${failure}`}`
}

/** Why an answer to a query is none a user can read; undefined when it is one. */
export function answerProblem(exchange: Exchange, errorsAreUsual = false): string | undefined {
  const { status, stream, failure, ending } = exchange
  if (status !== 200 || !stream) return describeAnswer(exchange)
  if (ending === 'cut' || ending === 'deadline' || ending === 'limit') return failure ?? ending
  const error = stream.events.find(({ name }) => name === 'error')
  if (error && !errorsAreUsual) return `an error event: ${lineExcerpt(error.data, 120)}`
  return shapeProblem(stream)
}

function shapeProblem(stream: ObservedStream): string | undefined {
  const [violation] = stream.violations
  if (violation) return violation.message
  if (countEvents(stream, 'done') === 0) return 'the stream ended without done'
  return countEvents(stream, 'text', 'replace_response', 'error') === 0 ? 'no text' : undefined
}

/** A check that sends queries a bot has to answer like any other. */
export function acceptsQueries(rule: PoeRule, changes: (bot: PoeBot) => readonly QueryChange[]): PoeCheck {
  return { ...rule, ask: (bot) => askAndJudge(bot, changes(bot)) }
}

async function askAndJudge(
  bot: PoeBot,
  changes: readonly QueryChange[],
): ReturnType<Extract<PoeCheck, { ask: unknown }>['ask']> {
  const exchanges = await Promise.all(changes.map((change) => bot.ask(change)))
  const errorsAreUsual = await answersWithErrors(bot)
  const problems = exchanges.flatMap((exchange) => {
    const problem = answerProblem(exchange, errorsAreUsual)
    return problem === undefined ? [] : [`${exchange.request.asked}: ${problem}`]
  })
  return judge(problems, exchanges.length === 1 ? 'answered' : `${exchanges.length} queries answered`)
}

/** A bot that fails at the plain question, such as for want of a model, fails at the others as well. */
export async function answersWithErrors(bot: PoeBot): Promise<boolean> {
  const { stream } = await bot.plain()
  return stream !== undefined && countEvents(stream, 'error') > 0
}
