import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RestError } from './rest-error.ts'

/** A file as somebody sends it. */
export interface SentFile {
  readonly name: string
  readonly content: string | Uint8Array
  /** As the portal hands it out. Default `application/octet-stream`. */
  readonly mimeType?: string
}

/** A file on the portal's drive. */
export interface StoredFile {
  readonly id: number
  readonly name: string
  readonly content: Buffer
  readonly mimeType: string
}

/** The files of chats, and links to them that are good once. */
export class Drive {
  /** The portal's address. */
  origin = ''
  readonly #files: StoredFile[] = []
  readonly #links = new Map<string, StoredFile>()

  add(id: number, { name, content, mimeType = 'application/octet-stream' }: SentFile): StoredFile {
    const file = { id, name, content: Buffer.from(content), mimeType }
    this.#files.push(file)
    return file
  }

  find(id: unknown): StoredFile | undefined {
    return this.#files.find((file) => file.id === Number(id))
  }

  /** A new link. */
  linkTo(file: StoredFile): string {
    const token = `imbot|${randomBytes(16).toString('hex')}`
    this.#links.set(token, file)
    return `${this.origin}/rest/download.json?token=${encodeURIComponent(token)}`
  }

  /** Answers a link: with the file, once. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const token = new URL(request.url ?? '/', 'http://portal').searchParams.get('token') ?? ''
    const file = this.#links.get(token)
    this.#links.delete(token)
    if (!file) return void response.writeHead(403, { 'content-type': 'application/json' }).end('{}')
    const headers = {
      'content-type': file.mimeType,
      'content-length': file.content.byteLength,
      'content-disposition': `attachment; filename*=utf-8''${encodeURIComponent(file.name)}`,
    }
    response.writeHead(200, headers).end(file.content)
  }
}

/** A file as applications get it whose person may read it. Source: b24restdocs, disk.file.get. */
export function describeDriveFile(drive: Drive, id: unknown): object {
  const file = drive.find(id)
  if (!file) throw new RestError(400, 'ERROR_NOT_FOUND', `Could not find entity with id \`${String(id)}\``)
  const { name, content } = file
  const link = drive.linkTo(file)
  return { ID: String(file.id), NAME: name, TYPE: 'file', SIZE: String(content.length), DOWNLOAD_URL: link }
}

/** A file as imbot describes it in `FILES`. Source: FileItem of the module `im`, toRestFormat. */
export function describeFile({ id, name, content, mimeType }: StoredFile): object {
  const type = /^(?:image|video|audio)/.exec(mimeType)?.[0] ?? 'file'
  const extension = name.split('.').at(-1)?.toLowerCase() ?? ''
  const size = content.byteLength
  return { id, type, name, extension, size, image: false, status: 'done', progress: 100 }
}
