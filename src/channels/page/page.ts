import { sendStaticFile } from '../../http/static-file.ts'
import type { Channel } from '../channel.ts'
import { loadPageFiles } from './page-files.ts'

/** A year, the longest time caches promise. Safe because the address changes with the content. */
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Keep it, but ask whether it is still current before each use. */
const ALWAYS_ASK = 'no-cache'

/** The chat page at `/`: a client of the web channel's endpoints for people, served with everything it needs. */
export function createPageChannel(): Channel {
  return {
    name: 'page',
    register(server) {
      const { page, assets, version } = loadPageFiles()
      // One visit is a page and two dozen files; only what goes wrong is worth a line.
      const hidden = { schema: { hide: true }, logLevel: 'warn' as const }
      server.get('/', hidden, async (request, reply) =>
        sendStaticFile(page, { request, reply, cache: ALWAYS_ASK }),
      )
      server.get<{ Params: { version: string; '*': string } }>(
        '/assets/:version/*',
        hidden,
        async (request, reply) => {
          const file = assets.get(request.params['*'])
          if (!file) return reply.callNotFound()
          // While replicas of two versions run side by side, the page of one may ask the other for its assets.
          const cache = request.params.version === version ? FOR_EVER : ALWAYS_ASK
          return sendStaticFile(file, { request, reply, cache })
        },
      )
    },
  }
}
