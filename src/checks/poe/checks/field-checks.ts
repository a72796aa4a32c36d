import { acceptsQueries } from '../answer-problem.ts'
import type { PoeCheck } from '../poe-check.ts'
import { createId, createMessage, type Fields } from '../queries.ts'
import { SOURCES, specification } from '../sources.ts'
import { TOOL, TOOL_CALL, TOOL_RESULT } from './tool-samples.ts'

const QUERY = specification('query')
const OPTIONAL = 'Make the field optional, and accept null.'
const PERSON = { id: createId('u'), name: 'Ada' }

/** Rules about single fields of a query. */
export const FIELD_CHECKS: readonly PoeCheck[] = [
  acceptsQueries(
    {
      id: 'query.hints',
      title: 'Hints that are null or extreme',
      severity: 'must',
      expected: 'an answer for temperature null, 0, 2.5 and for null logit_bias, stop_sequences',
      source: QUERY,
      remedy: 'They are hints: bring them into the range of your model, or ignore them.',
    },
    () => [
      { asked: 'hints that are null', fields: { temperature: null, logit_bias: null, stop_sequences: null } },
      { asked: 'temperature 0', fields: { temperature: 0 } },
      { asked: 'temperature 2.5', fields: { temperature: 2.5, logit_bias: { 15_339: -100 } } },
    ],
  ),
  acceptsQueries(
    {
      id: 'query.stop-sequences',
      title: 'Stop sequences',
      severity: 'should',
      expected: 'an answer; whether the model heeds them cannot be seen',
      source: QUERY,
      remedy: 'Hand them to the model, or ignore them; at most as many as the model takes.',
    },
    () => [{ asked: 'six stop sequences', fields: { stop_sequences: ['§1', '§2', '§3', '§4', '§5', '§6'] } }],
  ),
  acceptsQueries(
    {
      id: 'query.skip-system-prompt',
      title: 'skip_system_prompt',
      severity: 'should',
      expected: 'an answer; how little the bot says to its model cannot be seen',
      source: QUERY,
      remedy: 'Send fewer instructions of your own, or ignore the field.',
    },
    () => [{ asked: 'skip_system_prompt true', fields: { skip_system_prompt: true } }],
  ),
  acceptsQueries(
    {
      id: 'query.message-metadata',
      title: 'Metadata on a message of the bot',
      severity: 'must',
      expected: 'an answer: it is what a data event has stored, or null',
      source: SOURCES.functionalGuides,
      remedy: 'Read it with care: it may be null, and of an older version of your bot.',
    },
    () => [
      { asked: 'metadata of the bot', before: withMetadata('{"page":2}') },
      { asked: 'metadata that is null', before: withMetadata(null) },
      { asked: 'metadata of another time', before: withMetadata('not what you expect') },
    ],
  ),
  {
    id: 'query.request-metadata',
    title: 'The metadata of the request is passed on',
    severity: 'must',
    expected: 'the same value in calls of other bots',
    source: QUERY,
    remedy: 'Send "metadata" along when your bot calls other bots.',
    skip: 'what a bot sends to other bots cannot be seen from outside',
  },
  acceptsQueries(
    {
      id: 'query.people',
      title: 'Sender, users, reactions, a quoted message',
      severity: 'must',
      expected: 'an answer with them, and with null',
      source: SOURCES.types,
      remedy: OPTIONAL,
    },
    () => [
      {
        asked: 'people and a quoted message',
        fields: { users: [PERSON] },
        last: {
          sender: PERSON,
          sender_id: PERSON.id,
          reactions: [{ user_id: PERSON.id, reaction: 'like' }],
          referenced_message: {
            ...createMessage('bot', 'Earlier.'),
            referenced_message: createMessage('user', 'First.'),
          },
        },
      },
      { asked: 'people that are null', last: { sender: null, sender_id: null, referenced_message: null } },
    ],
  ),
  acceptsQueries(
    {
      id: 'query.tools',
      title: 'Tools, tool calls and their results',
      severity: 'must',
      expected: 'an answer in text or json events; null is as good as absent',
      source: SOURCES.types,
      remedy: 'Ignore tools when your bot has no use for them.',
    },
    () => [
      { asked: 'tools that are null', fields: { tools: null, tool_calls: null, tool_results: null } },
      {
        asked: 'tools, calls and results',
        fields: { tools: [TOOL], tool_calls: [TOOL_CALL], tool_results: [TOOL_RESULT] },
      },
    ],
  ),
  {
    id: 'query.timestamps',
    title: 'Timestamps are microseconds',
    severity: 'must',
    expected: 'stored as such',
    source: QUERY,
    remedy: 'Divide by a thousand before you make a date of them.',
    skip: 'what a bot stores cannot be seen from outside',
  },
]

function withMetadata(metadata: string | null): readonly Fields[] {
  return [createMessage('user', 'Hello.'), { ...createMessage('bot', 'Hello!'), metadata }]
}
