import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TurnEvent } from '../../events.ts'
import { PoeGovernor, type GovernorLimits } from './governor.ts'
import { toPoeFrames, type PoeEvent } from './poe-events.ts'

const LIMITS: GovernorLimits = { events: 10, characters: 200, timeMs: 60_000, keepAliveMs: 4_000 }

interface Sent {
  readonly at: number
  readonly event: PoeEvent
}

interface Step {
  readonly afterMs: number
  readonly event: TurnEvent
}

interface Options {
  readonly limits?: Partial<GovernorLimits>
  readonly status?: string
}

/** Plays a turn on a clock that waits for nobody: between two events the governor is woken whenever it asks. */
function play(steps: readonly Step[], { limits = {}, status }: Options = {}): readonly Sent[] {
  const governor = new PoeGovernor({
    meta: { content_type: 'text/markdown' },
    startedAt: 0,
    describeError: ({ retryable }) => ({ allow_retry: retryable, text: 'It failed.' }),
    suggestedReplies: true,
    status,
    limits: { ...LIMITS, ...limits },
  })
  const sent: Sent[] = governor.open().map((event) => ({ at: 0, event }))
  let now = 0
  for (const { afterMs, event } of steps) {
    const until = now + afterMs
    for (let wake = governor.wakeAt; wake < until && !governor.over; wake = governor.wakeAt) {
      now = Math.max(now, wake)
      sent.push(...governor.tick(now).map((one) => ({ at: now, event: one })))
    }
    now = until
    sent.push(...governor.take(event, now).map((one) => ({ at: now, event: one })))
  }
  return sent
}

/** What a stream breaks of the protocol; empty when nothing. */
function faultsOf(sent: readonly Sent[], limits: GovernorLimits): readonly string[] {
  const events = sent.flatMap(({ event }) => (event.event === 'comment' ? [] : event))
  const names = events.map(({ event }) => event)
  const texts = events.flatMap((event) =>
    event.event === 'text' || event.event === 'replace_response' ? event.data.text : [],
  )
  const gaps = sent.map(({ at }, index) => at - (sent[index - 1]?.at ?? 0))
  const rules: readonly (readonly [string, boolean])[] = [
    ['meta first, once', names[0] === 'meta' && names.lastIndexOf('meta') === 0],
    ['done last, once', names.at(-1) === 'done' && names.indexOf('done') === names.length - 1],
    ['text, replacement or error', texts.length > 0 || names.includes('error')],
    ['nothing but done after error', !names.includes('error') || names.indexOf('error') === names.length - 2],
    ['one data event at most', names.filter((name) => name === 'data').length <= 1],
    ['not too many events', names.length <= limits.events],
    ['not too much text', texts.join('').length <= limits.characters],
    ['well-formed text', stringsIn(events).every((text) => text.isWellFormed())],
    ['not too long', (sent.at(-1)?.at ?? 0) <= limits.timeMs],
    ['never silent for long', gaps.every((gap) => gap <= limits.keepAliveMs)],
    ['frames of JSON objects', toPoeFrames(events).split('\n\n').slice(0, -1).every(isFrame)],
  ]
  return rules.flatMap(([rule, kept]) => (kept ? [] : rule))
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

function isFrame(frame: string): boolean {
  const match = /^event: [a-z_]+\ndata: (\{.*\})$/.exec(frame)
  return (
    !/[\r\u0085\u2028\u2029]/.test(frame) &&
    typeof JSON.parse(match?.[1] ?? 'null') === 'object' &&
    match !== null
  )
}

const anyText = oneof(
  string({ unit: 'binary', maxLength: 60 }),
  constantFrom('\ud83d', '\ude42', '\u2028', '\u0085', '\0', '\r\n\n', 'data: {}', ''),
)
const anyStep: Arbitrary<Step> = record({
  afterMs: oneof(constant(0), nat(30), nat(20_000)),
  event: oneof(
    { weight: 6, arbitrary: anyText.map((text): TurnEvent => ({ type: 'text-delta', text })) },
    anyText.map((text): TurnEvent => ({ type: 'replace', text })),
    anyText.map((value): TurnEvent => ({ type: 'data', name: 'metadata', value })),
    anyText.map((name): TurnEvent => ({
      type: 'file',
      name,
      url: 'https://example.com/a.png',
      contentType: 'image/png',
      inlineRef: '',
    })),
    tuple(anyText, boolean()).map(([input, external]): TurnEvent => ({
      type: 'tool-call-start',
      callId: 'c',
      tool: 't',
      input,
      external,
    })),
    constantFrom<TurnEvent>(
      { type: 'file', name: 'a', url: 'data:text/plain,a', contentType: 'text/plain' },
      { type: 'citation', index: 1, source: 'handbook.md', url: 'https://example.com' },
      { type: 'suggestions', items: ['One', 'Two \ud83d'] },
      { type: 'usage', inputTokens: 1, outputTokens: 1 },
    ),
  ),
})
const END: TurnEvent = {
  type: 'end',
  reason: 'stop',
  durationMs: 1,
  firstTokenMs: 1,
  wordCount: 1,
  sentenceCount: 1,
}
const FAILURE: TurnEvent = { type: 'error', code: 'model_unavailable', message: '', retryable: true }
const anyLast: Arbitrary<Step> = record({
  afterMs: nat(90_000),
  event: constantFrom<TurnEvent>(END, FAILURE, { ...END, reason: 'tool-calls' }),
})

test('any turn at any pace gives a stream that keeps the protocol', () => {
  const anyTurn = tuple(array(anyStep, { maxLength: 80 }), anyLast, boolean())
  const anyLimits = record({ events: constantFrom(10, 40, 200), characters: constantFrom(60, 200, 2_000) })
  assert(
    property(anyTurn, anyLimits, ([steps, last, withStatus], some) => {
      const limits = { ...LIMITS, ...some }
      const sent = play([...steps, last], { limits, ...(withStatus && { status: '*Working*' }) })
      expect(faultsOf(sent, limits)).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

describe('an answer in many pieces', () => {
  const tokens = (count: number, afterMs: number): readonly Step[] =>
    Array.from({ length: count }, () => ({ afterMs, event: { type: 'text-delta', text: 'x' } as const }))

  test.each([0, 20, 170])('arrives whole within 10,000 events, a piece each %i ms', (afterMs) => {
    const limits = { events: 10_000, characters: 512_000, timeMs: 3_540_000 }
    const sent = play([...tokens(20_000, afterMs), { afterMs: 0, event: END }], { limits })
    expect(textOf(sent)).toHaveLength(20_000)
    expect(faultsOf(sent, { ...LIMITS, ...limits })).toEqual([])
  })

  test('shows its first piece at once and the others at most 50 ms later', () => {
    const sent = play([...tokens(4, 20), { afterMs: 500, event: END }], { limits: { events: 100 } })
    expect(sent.map(({ at, event }) => [at, event.event])).toEqual([
      [0, 'meta'],
      [20, 'text'],
      [70, 'text'],
      [120, 'text'],
      [580, 'done'],
    ])
  })

  test('of more characters than Poe takes ends politely', () => {
    const steps = [{ afterMs: 0, event: { type: 'text-delta', text: '🙂'.repeat(500) } as const }]
    const sent = play(steps)
    expect(textOf(sent)).toBe(`${'🙂'.repeat(99)}…`)
    expect(sent.at(-1)?.event.event).toBe('done')
  })
})

test('a pair of surrogates that comes in two pieces leaves in one', () => {
  const steps = ['a\ud83d', '\ude42b', 'c\ud83d'].map((text) => ({
    afterMs: 100,
    event: { type: 'text-delta', text } as const,
  }))
  const sent = play([...steps, { afterMs: 100, event: END }])
  expect(sent.flatMap(({ event }) => (event.event === 'text' ? event.data.text : []))).toEqual([
    'a',
    '🙂b',
    'c',
    '\ufffd',
  ])
})

test('a silent model gets keep-alives and, in the end, an error before the time is over', () => {
  const sent = play([{ afterMs: 70_000, event: END }])
  const names = sent.map(({ event }) => event.event)
  expect(names.slice(0, 3)).toEqual(['meta', 'comment', 'comment'])
  expect(names.slice(-2)).toEqual(['error', 'done'])
  expect(sent.at(-1)?.at).toBe(60_000)
})

test('a status stands below the answer while nothing is said, and is gone in the end', () => {
  const say = (text: string, afterMs: number): Step => ({ afterMs, event: { type: 'text-delta', text } })
  const sent = play([say('Let me see.', 0), say(' Found.', 15_000), { afterMs: 20_000, event: END }], {
    status: '*Searching*',
  })
  expect(sent.flatMap(({ event }) => (event.event === 'replace_response' ? event.data.text : []))).toEqual([
    'Let me see.\n\n*Searching*',
    'Let me see. Found.',
    'Let me see. Found.\n\n*Searching*',
    'Let me see. Found.',
  ])
})

test('only the last data, and files before the text that shows them', () => {
  const events: readonly TurnEvent[] = [
    { type: 'text-delta', text: 'Look:' },
    { type: 'data', name: 'metadata', value: 'first' },
    { type: 'file', name: 'a.png', url: 'https://e.com/a.png', contentType: 'image/png', inlineRef: 'r1' },
    { type: 'text-delta', text: ' ![a][r1]' },
    { type: 'data', name: 'metadata', value: { place: 2 } },
    END,
  ]
  const sent = play(events.map((event) => ({ afterMs: 0, event })))
  expect(sent.map(({ event }) => event).slice(1)).toEqual([
    { event: 'text', data: { text: 'Look:' } },
    {
      event: 'file',
      data: { url: 'https://e.com/a.png', name: 'a.png', content_type: 'image/png', inline_ref: 'r1' },
    },
    { event: 'text', data: { text: ' ![a][r1]' } },
    { event: 'data', data: { metadata: '{"place":2}' } },
    { event: 'done', data: {} },
  ])
})

function textOf(sent: readonly Sent[]): string {
  return sent.map(({ event }) => (event.event === 'text' ? event.data.text : '')).join('')
}
