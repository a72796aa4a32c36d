import type { FastifyInstance } from 'fastify'
import type { ContentCache } from '../cache/cache.ts'
import type { VoiceProgress } from '../speech.ts'
import { openVoice, type OpenVoice } from '../voice/open-voice.ts'
import { addSpeechRoutes } from '../voice/speech-routes.ts'
import { addTranscriptionRoutes } from '../voice/transcription-routes.ts'
import type { AppParts } from './app-parts.ts'

interface VoiceParts extends AppParts {
  readonly content: ContentCache
}

/** Opens speech, in and out, and adds its routes; closed with the server. */
export async function addVoice(
  server: FastifyInstance,
  { config, log, bots, store, content, observability }: VoiceParts,
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
    findAnswer: async (id) => {
      if (!UUID.test(id)) return undefined
      const [text, conversation] = await Promise.all([
        store.turns.answerOf(id),
        store.turns.conversationOf(id),
      ])
      return text && conversation ? { text, bot: conversation.bot } : undefined
    },
  })
  addTranscriptionRoutes(server, { transcriber: voice.transcriber, maxBytes: config.STT_MAX_BYTES })
  return voice
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
