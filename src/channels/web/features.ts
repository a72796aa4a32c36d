import { ACCOUNT_PREFIX } from '../../answer-claim.ts'
import type { Host } from '../channel.ts'
import type { SessionQueryBody } from './ask-bot.ts'
import type { ConversationPlace } from './web-routes.ts'

/** What operators have turned on for somebody. */
export interface Features {
  readonly streaming: boolean
  /** False also when nobody asked for speech. */
  readonly speech: boolean
}

/** Asks the flags for who asks: the user, else the session. */
export function featuresOf(
  { flags }: Pick<Host, 'flags'>,
  query: SessionQueryBody,
  { account }: ConversationPlace,
): Features {
  const { sessionId, chatbotId } = query
  const userId = account?.slice(ACCOUNT_PREFIX.length)
  const person = { userId, sessionId, chatbotId }
  return {
    streaming: flags.isOn('streaming', person),
    speech: query.enableTTS && flags.isOn('tts', person),
  }
}
