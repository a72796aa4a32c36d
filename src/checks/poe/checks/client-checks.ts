import { isObject, lineExcerpt } from '../excerpt.ts'
import type { PoeCheck } from '../poe-check.ts'
import { referenceClientComplaints } from '../reference-client.ts'
import { reviewEvents, reviewStreams } from '../review-streams.ts'
import { SOURCES } from '../sources.ts'
import type { StreamEvent } from '../strict-event-stream.ts'

/** Where Python's str.splitlines ends a line. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const PYTHON_LINE_ENDS = /[\v\f\u001C-\u001E\u0085\u2028\u2029]/

/** Rules by how the reference client reads: what it complains about is reported to the bot, or loses the answer. */
export const CLIENT_CHECKS: readonly PoeCheck[] = [
  {
    id: 'client.no-complaint',
    title: 'The reference client has nothing to complain about',
    severity: 'must',
    expected: 'no report_error and no exception for any answer',
    source: SOURCES.client,
    remedy:
      'Send meta, text and done as the specification shows them, each with a JSON object of the right types.',
    review: reviewStreams(({ events, exchange }) =>
      referenceClientComplaints(events, exchange.headers['content-type'] ?? ''),
    ),
  },
  {
    id: 'client.old-line-splitting',
    title: 'Clients with an old line splitter',
    severity: 'should',
    expected: 'the same events when lines are split as httpx-sse before 0.4.2 did',
    source: SOURCES.client,
    remedy: 'Escape U+0085, U+2028 and U+2029 in the JSON.',
    review: reviewStreams(({ events }) =>
      events
        .filter(({ data }) => PYTHON_LINE_ENDS.test(data))
        .map(({ number, data }) => `event ${number} falls apart: ${lineExcerpt(data)}`),
    ),
  },
  {
    id: 'client.reads-errors',
    title: 'The reference client can read errors',
    severity: 'must',
    expected: 'error data is an object, its text a string',
    source: SOURCES.client,
    remedy: 'Send {"allow_retry": …, "text": "…"}.',
    review: reviewEvents(['error'], ({ json, data }) => {
      if (!json) return `no JSON object: ${lineExcerpt(data)}`
      const { text } = json
      return text === undefined || typeof text === 'string'
        ? undefined
        : `text is ${lineExcerpt(JSON.stringify(text))}`
    }),
  },
  {
    id: 'client.tool-calls',
    title: 'Tool calls in json events',
    severity: 'must',
    expected:
      'chunks as OpenAI sends them: no null content or tool_calls, finish_reason always there, arguments a string',
    source: SOURCES.client,
    remedy:
      'Leave keys out instead of null; send finish_reason null until the last chunk; give the first chunk of a call id, type and name.',
    review: reviewEvents(['json'], (event) => chunkProblems(event)),
  },
  {
    id: 'client.our-own',
    title: 'A client that meets a broken bot',
    severity: 'must',
    expected: 'it keeps the text and goes on',
    source: SOURCES.practice,
    remedy: 'Read answers of other bots with tolerance.',
    skip: 'it is about clients, and this is a server',
  },
]

function chunkProblems({ json }: StreamEvent): readonly string[] {
  const choices = json?.['choices']
  if (!Array.isArray(choices)) return ['choices is no list']
  return choices.flatMap((choice: unknown) =>
    isObject(choice) ? choiceProblems(choice) : ['a choice is no object'],
  )
}

function choiceProblems(choice: Readonly<Record<string, unknown>>): readonly string[] {
  const { delta } = choice
  const ending = 'finish_reason' in choice ? [] : ['finish_reason is absent']
  if (!isObject(delta)) return [...ending, 'delta is no object']
  const nulls = ['content', 'tool_calls'].filter((key) => delta[key] === null).map((key) => `${key} is null`)
  const calls = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : []
  return [...ending, ...nulls, ...calls.flatMap((call: unknown) => callProblems(call))]
}

function callProblems(call: unknown): readonly string[] {
  if (!isObject(call)) return ['a tool call is no object']
  const { function: called, index } = call
  const numbered = Number.isInteger(index) ? [] : ['a tool call has no index']
  const spoken = isObject(called) && typeof called['arguments'] === 'string'
  return spoken ? numbered : [...numbered, 'arguments is no string']
}
