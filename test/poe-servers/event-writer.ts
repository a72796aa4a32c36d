import type { ServerResponse } from 'node:http'

/** Writes events the way that passes every reader: ASCII alone, one data line. */
export class EventWriter {
  readonly response: ServerResponse

  constructor(response: ServerResponse) {
    this.response = response
  }

  event(name: string, data: unknown): void {
    this.raw(`event: ${name}\ndata: ${toAscii(JSON.stringify(data))}\n\n`)
  }

  meta(): void {
    this.event('meta', { content_type: 'text/markdown' })
  }

  text(text: string): void {
    this.event('text', { text })
  }

  /** The last event, and the end of the body. */
  done(): void {
    this.event('done', {})
    this.response.end()
  }

  raw(text: string | Buffer): void {
    this.response.write(text)
  }
}

function toAscii(json: string): string {
  return json.replaceAll(
    /[^\x20-\x7E]/g,
    (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
