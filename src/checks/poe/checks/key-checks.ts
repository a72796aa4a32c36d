import { describeAnswer } from '../answer-problem.ts'
import type { Exchange } from '../exchange.ts'
import { broken, doubtful, judge, pass, skip, type PoeCheck, type Verdict } from '../poe-check.ts'
import type { PoeBot } from '../poe-bot.ts'
import { toSettingsRequest } from '../queries.ts'
import { SOURCES, specification } from '../sources.ts'

const KEY_LENGTH = 32
const REFUSE =
  'Compare the whole Authorization header with "Bearer " and your key in constant time, and answer 401.'

/** Rules about the access key. */
export const KEY_CHECKS: readonly PoeCheck[] = [
  {
    id: 'key.missing',
    title: 'No Authorization header',
    severity: 'must',
    expected: 'HTTP 401 with "WWW-Authenticate: Bearer"',
    source: `${specification('Authorization')}; ${SOURCES.httpAuthentication}`,
    remedy: REFUSE,
    ask: (bot) =>
      withKey(bot, async () => {
        const exchange = await sendWith(bot, 'no Authorization', undefined)
        if (exchange.status !== 401) return broken(describeAnswer(exchange))
        const challenge = exchange.headers['www-authenticate']
        return challenge?.toLowerCase().startsWith('bearer') === true
          ? pass(`HTTP 401, WWW-Authenticate: ${challenge}`)
          : broken(`HTTP 401, WWW-Authenticate: ${challenge ?? 'absent'}`)
      }),
  },
  {
    id: 'key.wrong',
    title: 'Another key of the same length',
    severity: 'must',
    expected: 'HTTP 401',
    source: specification('Authorization'),
    remedy: REFUSE,
    ask: (bot) =>
      expectRefusals(bot, (key) => [`Bearer ${(key.startsWith('x') ? 'y' : 'x').repeat(key.length)}`]),
  },
  {
    id: 'key.almost',
    title: 'The key with a character more or less',
    severity: 'must',
    expected: 'HTTP 401',
    source: specification('Authorization'),
    remedy: REFUSE,
    ask: (bot) => expectRefusals(bot, (key) => [`Bearer ${key}x`, `Bearer ${key.slice(0, -1)}`]),
  },
  {
    id: 'key.other-schemes',
    title: 'Basic, the bare key, an empty Bearer',
    severity: 'must',
    expected: 'HTTP 401',
    source: specification('Authorization'),
    remedy: REFUSE,
    ask: (bot) => expectRefusals(bot, (key) => [`Basic ${key}`, key, 'Bearer ']),
  },
  {
    id: 'key.required',
    title: 'A bot without a key starts only when told to',
    severity: 'should',
    expected: 'an option that has to be given',
    source: SOURCES.server,
    remedy: 'Refuse to start without a key unless an option says that this is meant.',
    skip: 'how a server starts cannot be seen from outside',
  },
  {
    id: 'key.length',
    title: 'The key has the form of Poe keys',
    severity: 'must',
    expected: '32 ASCII characters',
    source: specification('Authorization'),
    remedy: 'Let Poe make the key, set that one, and refuse to start with any other length.',
    ask: (bot) =>
      withKey(bot, async (key) => {
        if (key.length === KEY_LENGTH && /^[\x21-\x7E]+$/.test(key)) return pass('32 ASCII characters')
        const { status } = await bot.settings()
        const seen = `${key.length} characters`
        return status === 200
          ? broken(`${seen}, and the server accepts it`)
          : doubtful(`${seen}, HTTP ${status}`)
      }),
  },
  {
    id: 'key.per-bot',
    title: 'The key of another bot on the same server',
    severity: 'must',
    expected: 'HTTP 401',
    source: SOURCES.server,
    remedy: 'Give each bot its own path and its own key.',
    skip: 'only one bot is looked at',
  },
  {
    id: 'key.stays-secret',
    title: 'The key is in no answer',
    severity: 'must',
    expected: 'neither a header nor a body that contains it',
    source: SOURCES.practice,
    remedy:
      'Do not send requests back, also not in error messages; take "access_key" and "api_key" out of logs as well.',
    review: (exchanges, bot) => {
      const { key } = bot.target
      if (!key) return skip('no key was given')
      const telling = exchanges.filter((exchange) => tells(exchange, key))
      return judge(
        telling.map(({ request }) => `the answer to ${request.asked} contains the key`),
        `in none of ${exchanges.length} answers`,
      )
    },
  },
]

async function withKey(bot: PoeBot, look: (key: string) => Promise<Verdict>): Promise<Verdict> {
  const { key } = bot.target
  if (!key) return skip('no key was given')
  const { status } = await bot.settings()
  return status === 401 || status === 403 ? skip('the key that was given is not that of the bot') : look(key)
}

function expectRefusals(bot: PoeBot, headersFor: (key: string) => readonly string[]): Promise<Verdict> {
  return withKey(bot, async (key) => {
    const exchanges = await Promise.all(
      headersFor(key).map((header, at) => sendWith(bot, `variant ${at + 1}`, header)),
    )
    const wrong = exchanges.filter(({ status }) => status !== 401)
    return judge(
      wrong.map((exchange) => `${exchange.request.asked}: ${describeAnswer(exchange)}`),
      'HTTP 401',
    )
  })
}

function sendWith(bot: PoeBot, asked: string, authorization: string | undefined): Promise<Exchange> {
  return bot.send({ ...toSettingsRequest(asked), valid: false, headers: { Authorization: authorization } })
}

function tells({ headers, body, stream }: Exchange, key: string): boolean {
  const texts = [JSON.stringify(headers), body, ...(stream?.events ?? []).map(({ data }) => data)]
  return texts.some((text) => text.includes(key))
}
