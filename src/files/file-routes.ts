import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { PROBLEMS } from '../http/problem-schema.ts'
import type { AnswerFiles } from './files.ts'

const Params = z.object({ token: z.string().max(64), name: z.string().max(255) })

const THE_FILE = { description: 'The file', content: { '*/*': { schema: z.any() } } }

/** Adds the route under which people download what a bot gave them. */
export function addFileRoutes(server: FastifyInstance, files: AnswerFiles): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    '/files/:token/:name',
    {
      schema: {
        tags: ['files'],
        params: Params,
        summary: 'A file that a bot gave somebody; only they know its address',
        response: { 200: THE_FILE, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const file = await files.open(`/files/${request.params.token}`)
      if (!file) throw new AppError('file_not_found')
      return (
        reply
          .header('content-type', file.contentType)
          .header('content-disposition', dispositionOf(file.name, file.contentType))
          // A page among the files may not act in the name of this site.
          .header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'")
          .header('x-content-type-options', 'nosniff')
          // Pictures are shown on the pages that embed the bot, too; the address is what keeps others out.
          .header('cross-origin-resource-policy', 'cross-origin')
          .header('referrer-policy', 'no-referrer')
          .header('cache-control', 'private, no-store')
          .send(Buffer.from(file.bytes))
      )
    },
  )
}

/** Pages and PDFs open in the browser, all else is saved. Source of the form: RFC 6266. */
function dispositionOf(name: string, contentType: string): string {
  const way = /^(?:text\/html|application\/pdf)\b/.test(contentType) ? 'inline' : 'attachment'
  const ascii = name.replaceAll(/[^\w.-]/g, '_')
  return `${way}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`
}
