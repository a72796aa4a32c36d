import { acceptsQueries } from '../answer-problem.ts'
import type { PoeCheck } from '../poe-check.ts'
import { createMessage } from '../queries.ts'
import { SOURCES } from '../sources.ts'
import { HISTORY } from './history.ts'

/** Rules about the parameters of a message: other bots can send anything. */
export const PARAMETER_CHECKS: readonly PoeCheck[] = [
  acceptsQueries(
    {
      id: 'parameter.unexpected',
      title: 'Parameters nobody declared, of any type',
      severity: 'must',
      expected: 'an answer with the defaults',
      source: SOURCES.parameterControls,
      remedy: 'Validate each parameter by itself, and use its default when it is wrong.',
    },
    () => [
      {
        asked: 'unknown parameters',
        last: { parameters: { botyard_unknown: 1, '': null, 'a-b': ['c'], poe_x: { y: true } } },
      },
      {
        asked: 'parameters that are a list',
        last: { parameters: { temperature: [], model: {}, size: 'no size', on: 'maybe' } },
      },
    ],
  ),
  acceptsQueries(
    {
      id: 'parameter.none',
      title: 'No parameters',
      severity: 'must',
      expected: 'an answer with the defaults when they are {}, null or absent',
      source: SOURCES.operation,
      remedy: 'Apply the defaults yourself: only what the user touched is sent.',
    },
    () => [
      { asked: 'parameters {}', last: { parameters: {} } },
      { asked: 'parameters null', last: { parameters: null } },
      {
        asked: 'parameters on an old message',
        before: [{ ...createMessage('user', 'x'), parameters: { old: true } }, ...HISTORY],
      },
    ],
  ),
  {
    id: 'parameter.last-message',
    title: 'Parameters of an old message',
    severity: 'must',
    expected: 'only those of the last message count',
    source: SOURCES.parameterControls,
    remedy: 'Read parameters of the last message alone.',
    skip: 'which parameters a bot has used cannot be seen from outside',
  },
  {
    id: 'parameter.defused',
    title: 'Parameters in the text of an answer',
    severity: 'should',
    expected: 'no "--name" of a declared parameter in the text, when that option is on',
    source: SOURCES.operation,
    remedy: 'Put U+200B behind the dashes: the client of Poe binds such words to parameters.',
    skip: 'it is an option of the bot, and its model would have to say such a word',
  },
]
