import type { RequestBody } from './fake-reply.ts'

/** The file of a form. */
export interface SentFile {
  readonly name: string
  readonly contentType: string
  readonly bytes: Buffer
}

/** The fields of a form; its file has its name, type and bytes. */
export function readForm(body: Buffer, contentType: string): RequestBody {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType) ?? []
  const boundary = `--${quoted ?? bare ?? ''}`
  const text = body.toString('latin1')
  const fields: Record<string, unknown> = {}
  for (const part of text.split(boundary).slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n')
    const head = part.slice(0, end)
    const [, name = ''] = /\bname="([^"]*)"/.exec(head) ?? []
    const [, fileName] = /\bfilename="([^"]*)"/.exec(head) ?? []
    const [, type = ''] = /content-type:\s*([^\r\n]+)/i.exec(head) ?? []
    const bytes = Buffer.from(part.slice(end + 4, -2), 'latin1')
    fields[name] =
      fileName === undefined
        ? bytes.toString()
        : ({ name: fileName, contentType: type, bytes } satisfies SentFile)
  }
  return fields
}
