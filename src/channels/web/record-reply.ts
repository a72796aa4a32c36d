import type { z } from 'zod'
import type { Account } from '../../answer-claim.ts'
import type { Answer } from '../../conversation.ts'
import type { BotInfo, Host } from '../channel.ts'
import type { SessionQueryBody } from './ask-bot.ts'
import { DEFAULT_LANGUAGE, type ChatReply } from './web-requests.ts'

type Reply = z.infer<typeof ChatReply>
type RecordedReply = Pick<Reply, 'audio' | 'tts_job_id' | 'tts_poll_url'>

interface Replied {
  readonly collected: Pick<Reply, 'answer'>
  readonly answer: Answer
  readonly query: SessionQueryBody
  /** Whose answer it is alone. */
  readonly account: Account | null
}

/** The fields of a reply that is spoken: the recording, or where it will be. When speech fails there is none, and no error. */
export async function recordReply(
  { speech }: Pick<Host, 'speech'>,
  { name: bot }: BotInfo,
  { collected, answer, query, account }: Replied,
): Promise<RecordedReply> {
  if (!speech || collected.answer.trim() === '') return { audio: null }
  const id = answer.turnId
  const language = query.language === DEFAULT_LANGUAGE ? undefined : query.language
  try {
    const owned = account === null ? {} : { account }
    const recording = await speech.record({ id, text: collected.answer, bot, language, ...owned })
    if (!recording) return { audio: null, tts_job_id: id, tts_poll_url: `/api/text-to-speech/${id}` }
    const { bytes, contentType } = recording
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    return { audio: { data, dataUrl: `data:${contentType};base64,${data}`, contentType } }
  } catch {
    // The log holds why.
    return { audio: null }
  }
}
