import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A file for browsers, ready to be sent from memory. */
export interface StaticFile {
  readonly contentType: string
  readonly body: Buffer
  /** Strong: made of the content. */
  readonly etag: string
  /** The body compressed, on the first call; later calls give the same bytes. */
  gzipped(): Promise<Buffer>
}

export function toStaticFile(contentType: string, body: Buffer): StaticFile {
  let compressed: Promise<Buffer> | undefined
  return {
    contentType,
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    gzipped: () => (compressed ??= promisify(gzip)(body, { level: 9 })),
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The value of `Cache-Control`. */
  readonly cache: string
}

/** Sends a file, compressed where the client understands it; 304 when the client has it. */
export async function sendStaticFile(
  file: StaticFile,
  { request, reply, cache }: Exchange,
): Promise<FastifyReply> {
  reply.headers({ 'cache-control': cache, etag: file.etag, vary: 'accept-encoding' })
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  reply.type(file.contentType)
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(file.body)
  return reply.header('content-encoding', 'gzip').send(await file.gzipped())
}
