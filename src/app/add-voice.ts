import type { FastifyInstance } from 'fastify'
import type { Account } from '../answer-claim.ts'
import type { ContentCache } from '../cache/cache.ts'
import { accountOf, type Gate } from '../http/principal.ts'
import type { RecordingRequest, VoiceProgress } from '../speech.ts'
import type { Turns } from '../store/store.ts'
import { openVoice, type OpenVoice } from '../voice/open-voice.ts'
import { addSpeechRoutes } from '../voice/speech-routes.ts'
import { addTranscriptionRoutes } from '../voice/transcription-routes.ts'
import type { AppParts } from './app-parts.ts'

interface VoiceParts extends AppParts {
  readonly content: ContentCache
  /** Undefined: everybody is anonymous. */
  readonly gate: Gate | undefined
}

/** Opens speech, in and out, and adds its routes; closed with the server. */
export async function addVoice(
  server: FastifyInstance,
  { config, log, bots, store, content, gate, observability }: VoiceParts,
): Promise<OpenVoice> {
  const countVoice = async (turnId: string, progress: VoiceProgress): Promise<void> => {
    const turn = await store.turns.noteVoice(turnId, progress)
    if (turn && progress.firstAudioMs !== null)
      observability.metrics.turns.countFirstAudio(turn, progress.firstAudioMs)
  }
  const voice = await openVoice({
    config,
    content,
    voiceOf: (bot) => bots.find(bot)?.bot.voice,
    onProblem: (message, cause) => log.warn({ err: cause }, message),
    onVoiced: (turnId, progress) => {
      // Not waited for: it is a figure, and the answer is over.
      countVoice(turnId, progress).catch((error: unknown) =>
        log.warn({ err: error, turnId }, 'what was spoken is not counted'),
      )
    },
  })
  server.addHook('onClose', () => voice.close())
  addSpeechRoutes(server, {
    speech: voice.speech,
    detail: voice.speaks.detail,
    bots: () => bots.list().map(({ bot }) => bot.name),
    accountOf: (request) => accountOf(request, gate),
    findAnswer: (id, account) => findAnswer(store.turns, id, account),
  })
  addTranscriptionRoutes(server, { transcriber: voice.transcriber, maxBytes: config.STT_MAX_BYTES })
  return voice
}

/** Answers of the web channel have recordings here; those of an account for that account alone. */
async function findAnswer(
  turns: Turns,
  id: string,
  account: Account | null,
): Promise<RecordingRequest | undefined> {
  if (!UUID.test(id)) return undefined
  const open = await turns.answerOf(id, { channel: 'web', account: null })
  const text = open ?? (account === null ? undefined : await turns.answerOf(id, { channel: 'web', account }))
  const conversation = text && (await turns.conversationOf(id))
  if (!text || !conversation) return undefined
  return { id, text, bot: conversation.bot, ...(open === undefined && account !== null && { account }) }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
