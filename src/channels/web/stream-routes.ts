import { AppError } from '../../errors.ts'
import { EVENT_STREAM, PROBLEMS } from '../../http/problem-schema.ts'
import { readPlace, sendStored } from './send-answer.ts'
import { LastEventId, Stopped, StreamParams, StreamQuery } from './web-requests.ts'
import { tags, type Routes, type WebParts } from './web-routes.ts'

/** Reading an answer again and stopping it. */
export function addStreamRoutes(routes: Routes, { host, claimOf }: WebParts): void {
  routes.get(
    '/api/chat/streams/:id',
    {
      schema: {
        tags,
        params: StreamParams,
        querystring: StreamQuery,
        headers: LastEventId,
        summary: 'Read an answer again, or go on reading it, from after the last event seen',
        response: { ...PROBLEMS, 200: EVENT_STREAM },
      },
    },
    async (request, reply) => {
      const turnId = request.params.id
      const place = readPlace(request.headers['last-event-id'])
      if (place && place.turnId !== turnId) throw new AppError('stream_not_found')
      const begin = { turnId, seq: request.query.after ?? 0, frames: 0 }
      return sendStored(reply, host, { ...(place ?? begin), claim: await claimOf(request) })
    },
  )
  routes.post(
    '/api/chat/streams/:id/stop',
    {
      schema: {
        tags,
        params: StreamParams,
        summary: 'Stop an answer; what was said is kept',
        response: { ...PROBLEMS, 200: Stopped },
      },
    },
    async (request) => ({
      stopped: await host.stop({ turnId: request.params.id, ...(await claimOf(request)) }),
    }),
  )
}
