import { expect, test } from 'vitest'
import { StrictEventStream } from './strict-event-stream.ts'

const RIGHT =
  ': hello\r\n\r\nevent: meta\r\ndata: {"a":1}\r\n\r\nevent:text\ndata:{"text":\ndata: "x"}\n\nid: 7\rretry: 5\rdata: {}\r\revent: done\ndata: {}\n\n'

function read(
  bytes: string | Buffer,
  size = Infinity,
): { readonly names: readonly string[]; readonly wrong: readonly string[] } {
  const stream = new StrictEventStream()
  const all = Buffer.from(bytes)
  const names: string[] = []
  for (let at = 0; at < all.length; at += size)
    names.push(...stream.push(all.subarray(at, at + size)).map(({ name }) => name))
  stream.end()
  return { names, wrong: stream.violations.map(({ message }) => message) }
}

test.each([Infinity, 1, 2, 3, 7, 40])(
  'every form the grammar allows is read without complaint, %d bytes at a time',
  (size) => {
    expect(read(RIGHT, size)).toEqual({ names: ['meta', 'text', '', 'done'], wrong: [] })
  },
)

test.each([
  ['event: text\ndata: {x}\n\n', 'event 1, byte 22: data of "text" is not JSON: "{x}"'],
  [
    'data: {}\n\nevent: text\ndata: [1]\n\n',
    'event 2, byte 32: data of "text" is JSON, but no object: "[1]"',
  ],
  ['event: done\n\n', 'event 1, byte 12: event "done" has no data line, so it is lost'],
  [
    'event: done\ndata: {}\n',
    'event 1, byte 21: the last event "done" is not closed by a blank line, so it is lost: "{}"',
  ],
  [
    'data: {}\n\nevent: do',
    'event 2, byte 10: the last event is not closed by a blank line, so it is lost: "event: do"',
  ],
  [
    'Event: x\ndata: {}\n\n',
    'event 1, byte 0: a line is none of event, data, id, retry and no comment: "Event: x"',
  ],
  [
    'event: a\nevent: b\ndata: {}\n\n',
    'event 1, byte 9: a second event line follows "a" without a blank line between: "event: b"',
  ],
  ['\uFEFFdata: {}\n\n', 'event 1, byte 0: the stream begins with a byte order mark: "\\ufeffdata: {}"'],
  [
    Buffer.from('data: {"a":"\xE9"}\n\n', 'latin1'),
    'event 1, byte 0: the bytes are not UTF-8: "data: {\\"a\\":\\"é\\"}"',
  ],
])('%j is told with its event, its place and its bytes', (bytes, message) => {
  expect(read(bytes).wrong[0]).toBe(message)
  expect(read(bytes, 1).wrong[0]).toBe(message)
})

test('a line without end is told once, and the list of faults ends', () => {
  const endless = 'x'.repeat(64 * 1024)
  expect(read(endless.repeat(20), 4096).wrong[0]).toContain('a line is longer than 1048576 bytes')
  expect(read('nonsense\n'.repeat(100)).wrong).toHaveLength(20)
})
