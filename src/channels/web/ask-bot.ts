import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Answer } from '../../conversation.ts'
import type { LoggedEvent } from '../../events.ts'
import type { GuestStanding } from '../../guests.ts'
import type { BotInfo, Host } from '../channel.ts'
import { DEFAULT_LANGUAGE, type ChatQuery } from './web-requests.ts'
import type { ConversationPlace } from './web-routes.ts'

/** The body of a request that asks, its conversation named. */
export type SessionQueryBody = z.infer<typeof ChatQuery> & { readonly sessionId: string }

export function withSession(body: z.infer<typeof ChatQuery>): SessionQueryBody {
  return { ...body, sessionId: body.sessionId ?? randomUUID() }
}

export interface Question {
  readonly query: SessionQueryBody
  readonly place: ConversationPlace
  /** Gets its message back when nobody answers it. */
  readonly guest: GuestStanding | undefined
  readonly readerLeft: AbortSignal
}

/** Has the question answered in its conversation. Throws as `Host.converse` does. */
export async function askBot(
  host: Host,
  bot: BotInfo,
  { query, place, guest, readerLeft }: Question,
): Promise<Answer> {
  const { query: text, messageId, language } = query
  try {
    const answer = await host.converse({
      conversation: { bot: bot.name, channel: 'web', key: place.key },
      ...(messageId && { messageId: messageId.toLowerCase() }),
      subject: place.subject,
      text,
      // Of whoever names none nothing is known.
      ...(language !== DEFAULT_LANGUAGE && { language }),
      readerLeft,
    })
    return guest ? { ...answer, events: giveBackOnError(answer.events, guest) } : answer
  } catch (error) {
    await guest?.giveBack()
    throw error
  }
}

/** Who was given no answer has used no free message. */
async function* giveBackOnError(
  events: AsyncIterable<LoggedEvent>,
  guest: GuestStanding,
): AsyncGenerator<LoggedEvent, void> {
  for await (const entry of events) {
    // A count that cannot be taken back is no reason to keep the error from them.
    if (entry.event.type === 'error') await guest.giveBack().catch(() => undefined)
    yield entry
  }
}
