import { randomBytes } from 'node:crypto'
import { acceptsQueries, answerProblem, answersWithErrors } from '../answer-problem.ts'
import { countEvents, finalTextOf, type Exchange } from '../exchange.ts'
import { broken, judge, pass, skip, type PoeCheck, type Verdict } from '../poe-check.ts'
import type { PoeBot } from '../poe-bot.ts'
import { createId, createMessage } from '../queries.ts'
import { SOURCES, specification } from '../sources.ts'

const MANY_MESSAGES = 1_100
const LARGE_BODY = 5 * 1024 * 1024

/** Rules about whole conversations: their length, their language, and what must not be carried over. */
export const CONVERSATION_CHECKS: readonly PoeCheck[] = [
  acceptsQueries(
    {
      id: 'query.large',
      title: 'A long history, a large body',
      severity: 'must',
      expected: 'an answer for 1,100 messages, and for a body of 5 MB',
      source: specification('Context window'),
      remedy:
        'Raise the limit for bodies in the server and the proxy before it, and shorten the history yourself.',
    },
    () => [
      { asked: '1,100 messages', before: longHistory() },
      // In a key that is ignored, so that no model has to read it.
      { asked: 'a body of 5 MB', fields: { botyard_unknown: 'x'.repeat(LARGE_BODY) } },
    ],
  ),
  {
    id: 'query.language',
    title: 'Errors in the language of the user',
    severity: 'should',
    expected: 'another text for language_code "de" than for "en"',
    source: specification('error event'),
    remedy: 'Poe shows the text of an error event to the user: translate it by language_code.',
    ask: async (bot) => {
      const failed = (await bot.others()).find(({ stream }) => stream && countEvents(stream, 'error') > 0)
      if (!failed) return skip('no question of --bot-query made the bot fail')
      const german = await bot.send(inLanguage(failed, 'de'))
      const [first, second] = [errorTextOf(failed), errorTextOf(german)]
      if (second === undefined) return skip('the question did not fail a second time')
      return first === second ? broken(`"${first}" in both languages`) : pass(`"${second}" in German`)
    },
  },
  {
    id: 'query.fresh-conversation',
    title: 'A new conversation of the same user',
    severity: 'must',
    expected: 'nothing of the conversation before',
    source: specification('Identifiers'),
    remedy:
      'Use the transcript of the request; key what you store by conversation_id, never by user_id alone.',
    ask: async (bot) => {
      const secret = inventWord()
      const fields = (): Record<string, string> => ({ user_id: user, conversation_id: createId('c') })
      const user = createId('u')
      const first = { content: `My code word is ${secret}. Just say OK.` }
      await bot.ask({ asked: 'a first conversation', fields: fields(), last: first })
      const second = await bot.ask({
        asked: 'a second conversation',
        fields: fields(),
        last: { content: 'What is my code word?' },
      })
      return notTold(bot, second, secret)
    },
  },
  {
    id: 'query.edited-transcript',
    title: 'A transcript the user has edited',
    severity: 'must',
    expected: 'an answer to the transcript that was sent',
    source: specification('query'),
    remedy: 'Use the messages of the request, not what you stored: users edit and delete messages.',
    ask: async (bot) => {
      const [secret, edited] = [inventWord(), inventWord()]
      const fields = { user_id: createId('u'), conversation_id: createId('c') }
      const last = { content: 'What is my code word?' }
      const tell = (word: string): readonly Readonly<Record<string, unknown>>[] => [
        createMessage('user', `My code word is ${word}.`),
        createMessage('bot', 'OK.'),
      ]
      await bot.ask({ asked: 'a transcript', fields, last, before: tell(secret) })
      const second = await bot.ask({ asked: 'the edited transcript', fields, last, before: tell(edited) })
      return notTold(bot, second, secret)
    },
  },
  acceptsQueries(
    {
      id: 'query.role-order',
      title: 'Roles that do not alternate',
      severity: 'should',
      expected: 'an answer for two users in a row, and for a bot that begins',
      source: SOURCES.functionalGuides,
      remedy:
        'Join neighbours of the same role before you call a model that insists on turns, or set enforce_author_role_alternation.',
    },
    () => [
      {
        asked: 'two users in a row',
        before: [createMessage('user', 'Wait.'), createMessage('user', 'One more thing.')],
      },
      {
        asked: 'a bot that begins',
        before: [createMessage('bot', 'Hello!'), createMessage('bot', 'How are you?')],
      },
      { asked: 'an empty message', before: [createMessage('user', ''), createMessage('bot', '')] },
    ],
  ),
]

function longHistory(): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: MANY_MESSAGES }, (_, at) =>
    createMessage(at % 2 === 0 ? 'user' : 'bot', `Line ${at}.`),
  )
}

/** No model says it by chance. */
function inventWord(): string {
  return `kestrel${randomBytes(4).toString('hex')}`
}

async function notTold(bot: PoeBot, exchange: Exchange, secret: string): Promise<Verdict> {
  const problem = answerProblem(exchange, await answersWithErrors(bot))
  if (problem !== undefined) return broken(`${exchange.request.asked}: ${problem}`)
  const told = exchange.stream !== undefined && finalTextOf(exchange.stream).includes(secret)
  return judge(
    told ? [`the answer tells "${secret}", which is not in the transcript`] : [],
    'nothing was told',
  )
}

function errorTextOf({ stream }: Exchange): string | undefined {
  const text = stream?.events.find(({ name }) => name === 'error')?.json?.['text']
  return typeof text === 'string' ? text : undefined
}

function inLanguage({ request }: Exchange, language: string): Exchange['request'] {
  const body = { ...(request.body as object), language_code: language }
  return { ...request, asked: `${request.asked} in "${language}"`, body }
}
