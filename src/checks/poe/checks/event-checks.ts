import { lineExcerpt } from '../excerpt.ts'
import { countEvents } from '../exchange.ts'
import { doubtful, type PoeCheck } from '../poe-check.ts'
import { reviewEvents, reviewStreams, wholeStreams, type SeenStream } from '../review-streams.ts'
import { SOURCES, specification } from '../sources.ts'
import type { StreamEvent } from '../strict-event-stream.ts'

/** Rules about single kinds of events; each is looked at when one of its kind was seen. */
export const EVENT_CHECKS: readonly PoeCheck[] = [
  {
    id: 'event.replacement',
    title: 'replace_response has a text',
    severity: 'must',
    expected: 'text is a string; what was said before is discarded',
    source: specification('replace_response event'),
    remedy: 'Send {"text": "…"} with the whole new text.',
    review: reviewEvents(['replace_response'], ({ json, data }) =>
      typeof json?.['text'] === 'string' ? undefined : `text is no string: ${lineExcerpt(data)}`,
    ),
  },
  {
    id: 'event.replaced-by-nothing',
    title: 'An answer that ends empty',
    severity: 'should',
    expected: 'allowed',
    source: SOURCES.client,
    remedy: 'Say something, unless an empty answer is meant.',
    skip: 'a replacement by "" is allowed, so there is nothing to find',
  },
  {
    id: 'event.file',
    title: 'file has url, name and content_type',
    severity: 'must',
    expected: 'three strings; inline_ref a string or null, never ""',
    source: `${specification('file event')}; ${SOURCES.operation}`,
    remedy: 'Send what the upload API has answered; leave inline_ref out, or null, for a plain attachment.',
    review: reviewEvents(['file'], fileProblems),
  },
  {
    id: 'event.inline-file',
    title: 'An inline file comes before its text',
    severity: 'must',
    expected: 'the file event, then the text with ![…][inline_ref]',
    source: SOURCES.server,
    remedy: 'Send the file event first, then the text that shows it.',
    review: reviewEvents(['file'], inlineProblem),
  },
  {
    id: 'event.file-with-text',
    title: 'A file comes with a text',
    severity: 'must',
    expected: 'a text event in the same answer, if only ""',
    source: SOURCES.client,
    remedy: 'Send a text event with "" when the file is all there is to say.',
    review: reviewEvents(['file'], (_event, stream) =>
      countEvents(stream, 'text', 'replace_response', 'error') === 0
        ? 'a file, but no text event'
        : undefined,
    ),
  },
  {
    id: 'event.data',
    title: 'data carries one text',
    severity: 'must',
    expected: 'metadata is a string; one data event per answer',
    source: SOURCES.functionalGuides,
    remedy: 'Serialise what you want back into one string, and send it once: only the last counts.',
    review: (exchanges, bot) => {
      const verdict = reviewEvents(['data'], ({ json, data }) =>
        typeof json?.['metadata'] === 'string' ? undefined : `metadata is no string: ${lineExcerpt(data)}`,
      )(exchanges, bot)
      const several = wholeStreams(exchanges).filter((stream) => countEvents(stream, 'data') > 1)
      if (verdict.status !== 'pass' || several.length === 0) return verdict
      return doubtful(`${countEvents(several[0]!, 'data')} data events in one answer; the last one counts`)
    },
  },
  {
    id: 'event.suggested-replies',
    title: 'Suggested replies come last',
    severity: 'should',
    expected: 'text is a string; after the text, before done; Poe ignores them since July 2026',
    source: specification('suggested_reply event'),
    remedy: 'Send them after the last text, or not at all.',
    review: reviewEvents(['suggested_reply'], (event, { events }) => {
      if (typeof event.json?.['text'] !== 'string') return `text is no string: ${lineExcerpt(event.data)}`
      const later = events
        .slice(event.number)
        .some(({ name }) => name === 'text' || name === 'replace_response')
      return later ? 'text follows a suggested reply' : undefined
    }),
  },
  {
    id: 'event.no-ping',
    title: 'Keep-alive without ping events',
    severity: 'must',
    expected: 'comments (": …") keep the connection alive',
    source: SOURCES.client,
    remedy:
      'Send a comment line instead: a ping event makes meta the second event, and the reference client fails at its data.',
    review: reviewStreams((stream) => {
      const pings = countEvents(stream, 'ping')
      return pings > 0 ? `${pings} ping events` : undefined
    }),
  },
  {
    id: 'event.silence',
    title: 'No long silence',
    severity: 'should',
    expected: 'a byte at least every 30 s',
    source: SOURCES.operation,
    remedy: 'Send a comment every 15 s while the model thinks; for long work say so with replace_response.',
    review: reviewStreams(({ longestSilenceMs }, { limits }) =>
      longestSilenceMs > limits.silenceMs
        ? `${(longestSilenceMs / 1000).toFixed(1)} s without a byte`
        : undefined,
    ),
  },
]

function fileProblems({ json = {} }: StreamEvent): readonly string[] {
  const missing = ['url', 'name', 'content_type'].filter((key) => typeof json[key] !== 'string')
  const reference = json['inline_ref']
  return [
    ...missing.map((key) => `file ${key} is no string`),
    ...(reference === '' ? ['inline_ref is ""'] : []),
    ...(['string', 'undefined'].includes(typeof reference) || reference === null
      ? []
      : ['inline_ref is neither string nor null']),
  ]
}

function inlineProblem({ json, number }: StreamEvent, { events }: SeenStream): string | undefined {
  const reference = json?.['inline_ref']
  if (typeof reference !== 'string' || reference === '') return undefined
  const shows = ({ json }: StreamEvent): boolean =>
    JSON.stringify(json?.['text'] ?? '').includes(`[${reference}]`)
  return events.slice(0, number).some(shows)
    ? `the text shows [${reference}] before the file has come`
    : undefined
}
