import { acceptsQueries, answerProblem } from '../answer-problem.ts'
import { broken, pass, type PoeCheck } from '../poe-check.ts'
import { createMessage, type Fields } from '../queries.ts'
import { SOURCES, specification } from '../sources.ts'
import { HISTORY } from './history.ts'
import { TOOL_CALL, TOOL_RESULT } from './tool-samples.ts'

const QUERY = specification('query')
const IGNORE = 'Leave out of the history what you do not know, and answer the rest.'
const OPTIONAL = 'Make the field optional, and accept null.'
const UNKNOWN = { botyard_unknown: { nested: [1, 'two', null] } }

/** Rules about what a query may contain: everything the protocol has, and what it may get. */
export const QUERY_CHECKS: readonly PoeCheck[] = [
  acceptsQueries(
    {
      id: 'query.unknown-keys',
      title: 'Keys nobody knows, at every level',
      severity: 'must',
      expected: 'an answer as if they were not there',
      source: specification('Introduction'),
      remedy: 'Ignore unknown keys: Poe adds fields without asking.',
    },
    () => [
      {
        asked: 'unknown keys',
        fields: UNKNOWN,
        last: UNKNOWN,
        before: [{ ...createMessage('bot', 'Hello.'), ...UNKNOWN }],
      },
    ],
  ),
  acceptsQueries(
    {
      id: 'query.minimal',
      title: 'Only what a query must have',
      severity: 'must',
      expected: 'an answer to a message of role and content alone',
      source: SOURCES.types,
      remedy: OPTIONAL,
    },
    () => [
      { asked: 'a minimal query', fields: absent(OPTIONAL_FIELDS), last: absent(OPTIONAL_MESSAGE_FIELDS) },
    ],
  ),
  acceptsQueries(
    {
      id: 'query.identifiers',
      title: 'Identifiers of any form',
      severity: 'must',
      expected: 'an answer for "", for "m-test" and for identifiers with "="',
      source: `${specification('Identifiers')}; ${SOURCES.client}`,
      remedy: 'Take identifiers as text: the reference client sends empty ones.',
    },
    () => [
      {
        asked: 'empty identifiers',
        fields: { user_id: '', conversation_id: '', message_id: '', metadata: '' },
      },
      {
        asked: 'short identifiers',
        fields: { user_id: 'u-test', conversation_id: 'c-test', message_id: 'm-test' },
      },
      {
        asked: 'identifiers with =',
        fields: { user_id: `u-${'0a='.repeat(10)}zz`, conversation_id: `c-${'='.repeat(32)}` },
      },
    ],
  ),
  acceptsQueries(
    {
      id: 'query.roles',
      title: 'The roles system, bot and tool',
      severity: 'must',
      expected: 'an answer',
      source: `${QUERY}; ${SOURCES.types}`,
      remedy: 'Map the roles to those of your model: "bot" is what others call "assistant".',
    },
    () => [
      {
        asked: 'all roles',
        before: [
          createMessage('system', 'Be brief.'),
          ...HISTORY,
          { ...createMessage('bot', JSON.stringify([TOOL_CALL])), message_type: 'function_call' },
          createMessage('tool', JSON.stringify([TOOL_RESULT])),
        ],
      },
    ],
  ),
  acceptsQueries(
    {
      id: 'query.unknown-role',
      title: 'A role nobody knows',
      severity: 'must',
      expected: 'an answer; that message is ignored',
      source: QUERY,
      remedy: IGNORE,
    },
    () => [{ asked: 'the role "moderator"', before: [...HISTORY, createMessage('moderator', 'Be polite.')] }],
  ),
  acceptsQueries(
    {
      id: 'query.unknown-content-type',
      title: 'A content type nobody knows',
      severity: 'must',
      expected: 'an answer; that message is ignored',
      source: specification('Content types'),
      remedy: IGNORE,
    },
    () => [
      {
        asked: 'the content type "text/x-unknown"',
        before: [{ ...createMessage('user', 'x'), content_type: 'text/x-unknown' }, ...HISTORY],
      },
    ],
  ),
  {
    id: 'query.last-role-unknown',
    title: 'The last message has an unknown role',
    severity: 'should',
    expected: 'an answer, or an error event and done',
    source: SOURCES.practice,
    remedy: 'Answer the last message you know, or send an error event with error_type "user_caused_error".',
    ask: async (bot) => {
      const exchange = await bot.ask({
        asked: 'the last role "moderator"',
        valid: false,
        last: { role: 'moderator' },
      })
      const problem = answerProblem(exchange, true)
      return problem === undefined ? pass('a whole stream') : broken(problem)
    },
  },
  acceptsQueries(
    {
      id: 'query.feedback',
      title: 'Feedback without a reason, of an unknown type',
      severity: 'must',
      expected: 'an answer',
      source: QUERY,
      remedy: 'A reason may be missing; ignore types other than like and dislike.',
    },
    () => [
      { asked: 'feedback without a reason', before: withFeedback([{ type: 'like' }]) },
      { asked: 'feedback "love"', before: withFeedback([{ type: 'love', reason: 'so good' }]) },
    ],
  ),
  {
    id: 'query.empty',
    title: 'A query without messages',
    severity: 'should',
    expected: 'an error event and done, or HTTP 400',
    source: SOURCES.server,
    remedy: 'Check for at least one message; send an error event with allow_retry false.',
    ask: async (bot) => {
      const exchange = await bot.ask({ asked: 'no messages', valid: false, fields: { query: [] } })
      if (exchange.status === 400) return pass('HTTP 400')
      const problem = answerProblem(exchange, true)
      return problem === undefined ? pass('a whole stream') : broken(problem)
    },
  },
]

const OPTIONAL_FIELDS = [
  'metadata',
  'temperature',
  'skip_system_prompt',
  'stop_sequences',
  'logit_bias',
  'language_code',
]
const OPTIONAL_MESSAGE_FIELDS = ['content_type', 'timestamp', 'message_id', 'feedback', 'attachments']

function absent(names: readonly string[]): Readonly<Record<string, undefined>> {
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

function withFeedback(feedback: unknown): readonly Fields[] {
  return [createMessage('user', 'Hello.'), { ...createMessage('bot', 'Hello!'), feedback }]
}
