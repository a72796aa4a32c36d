export interface StreamEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The events of a server-sent event stream whose data is JSON; comments are left out. Throws `SyntaxError`. */
export async function* readStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of body) {
    const frames = (rest + decoder.decode(piece, { stream: true })).replaceAll('\r\n', '\n').split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const event = parseFrame(frame)
      if (event) yield event
    }
  }
}

function parseFrame(frame: string): StreamEvent | undefined {
  const fields = frame.split('\n').map((line) => /^(event|data): ?(.*)$/.exec(line))
  const data = fields.filter((field) => field?.[1] === 'data').map((field) => field?.[2] ?? '')
  if (data.length === 0) return undefined
  const name = fields.find((field) => field?.[1] === 'event')?.[2] ?? 'message'
  const value: unknown = JSON.parse(data.join('\n'))
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return { name, data: isRecord ? (value as StreamEvent['data']) : { value } }
}
