import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SseScanner } from './sse-scanner.ts'

function scan(pieces: readonly Buffer[]): readonly string[] {
  const scanner = new SseScanner()
  return pieces.flatMap((piece) => scanner.push(piece))
}

/** Cuts `bytes` at the given places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

test.each([
  ['data: a\n\ndata: b\n\n', ['a', 'b']],
  ['data:a\r\n\r\ndata: b\r\r', ['a', 'b']],
  ['\uFEFFdata: a\n\n', ['a']],
  ['data: a\ndata\ndata: b\n\n', ['a\n\nb']],
  [': a comment\n\nevent: x\nid: 1\nretry: 5\ndatum: 1\ndata: a\n\n', ['a']],
  ['data:  two spaces\n\n', [' two spaces']],
  ['data: a\n\ndata: cut', ['a']],
  ['event: empty\n\n', []],
])('reads %j', (text, events) => {
  expect(scan([Buffer.from(text)])).toEqual(events)
})

test('any way of cutting the bytes gives the same events', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
    fc.constantFrom('', '', ': ping', 'event: delta', 'data', 'data: 👋 Grüße', '\uFEFFdata: x'),
  )
  const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
  const stream = fc.array(fc.tuple(line, lineEnd), { maxLength: 20 }).map((lines) => lines.flat().join(''))
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 40 }), (text, places) => {
      const bytes = Buffer.from(text)
      const bytewise = [...bytes].map((byte) => Buffer.of(byte))
      expect(scan(cut(bytes, places))).toEqual(scan([bytes]))
      expect(scan(bytewise)).toEqual(scan([bytes]))
    }),
    { numRuns: 300 },
  )
})

test('an event without an end is stopped before it fills the memory', () => {
  const scanner = new SseScanner({ maxEventLength: 1_000 })
  const push = (): unknown => scanner.push(Buffer.from('data: '.padEnd(300, 'a')))
  push()
  push()
  push()
  expect(push).toThrow(expect.objectContaining({ code: 'model_stream_broken' }))
})

test('the limit counts the lines of one event together', () => {
  const scanner = new SseScanner({ maxEventLength: 1_000 })
  const lines = Buffer.from('data: aaaaaaaaaa\n'.repeat(200))
  expect(() => scanner.push(lines)).toThrow(expect.objectContaining({ code: 'model_stream_broken' }))
})
