/** One server-sent event. */
export interface Frame {
  readonly event: string
  readonly data: string
}

/** Splits bytes into server-sent events, wherever the network cut them. Comments and ids are skipped. */
export class FrameReader {
  #rest: Buffer | undefined;

  /** The events that `chunk` completes. */
  *read(chunk: Buffer): Generator<Frame> {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    const end = bytes.lastIndexOf('\n\n')
    if (end === -1) {
      this.#rest = bytes
      return
    }
    this.#rest = end + 2 < bytes.length ? bytes.subarray(end + 2) : undefined
    const text = bytes.toString('utf8', 0, end)
    for (let from = 0; from < text.length;) {
      const to = text.indexOf('\n\n', from)
      const frame = parseFrame(to === -1 ? text.slice(from) : text.slice(from, to))
      if (frame !== undefined) yield frame
      from = to === -1 ? text.length : to + 2
    }
  }
}

function parseFrame(text: string): Frame | undefined {
  let event = 'message'
  let data: string | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7)
    if (line.startsWith('data: ')) data = data === undefined ? line.slice(6) : `${data}\n${line.slice(6)}`
  }
  return data === undefined ? undefined : { event, data }
}
