import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Account } from '../answer-claim.ts'
import { isLanguageTag } from '../bot-voice.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import { PROBLEMS } from '../http/problem-schema.ts'
import type { Recording, RecordingRequest } from '../speech.ts'
import type { OwnSpeech } from './create-speech.ts'
import { spokenSentences } from './text/spoken-sentences.ts'

export interface SpeechRoutesOptions {
  /** Undefined when nothing speaks. */
  readonly speech: OwnSpeech | undefined
  /** Why nothing does, or what does. */
  readonly detail: string
  /** The names of the bots, the default one first. */
  readonly bots: () => readonly string[]
  /** Who has signed in; null for whoever has not. */
  readonly accountOf: (request: FastifyRequest) => Promise<Account | null>
  /** The finished answer of that id as it is spoken, when it is one that `account` may read: its recording can be made anew anywhere. */
  readonly findAnswer: (id: string, account: Account | null) => Promise<RecordingRequest | undefined>
}

const SpeechBody = z
  .object({
    text: z.unknown().optional().describe('What to say.'),
    language: z.string().max(35).refine(isLanguageTag).optional().describe('BCP 47 tag.'),
    chatbotId: z.string().max(100).optional().describe('Whose voice speaks; the default bot when absent.'),
  })
  .meta({ examples: [{ text: 'Good morning.' }] })

const SpeechReply = z.object({
  reqId: z.string(),
  processedText: z.string().describe('What was said.'),
  audio: z.string().nullable().describe('A data URL; null when it is not ready yet.'),
  contentType: z.string().optional(),
  tts_job_id: z.string().optional().describe('Where it will be, when it is not ready yet.'),
  tts_poll_url: z.string().optional(),
})

const JobReply = z.object({
  status: z.enum(['ready', 'pending']),
  audio: z.string().optional().describe('Base64.'),
  dataUrl: z.string().optional(),
  contentType: z.string().optional(),
})

const JobParams = z.object({ jobId: z.string().max(100) })

const tags = ['voice']

/** Guide 002's speech without a stream: `POST /api/text-to-speech` and the recordings that are fetched later. */
export function addSpeechRoutes(server: FastifyInstance, options: SpeechRoutesOptions): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.post(
    '/api/text-to-speech',
    {
      schema: {
        tags,
        body: SpeechBody,
        summary: 'Say a text',
        response: { ...PROBLEMS, 200: SpeechReply, 202: SpeechReply, 400: z.unknown() },
      },
    },
    async ({ body }, reply) => {
      const speech = requireSpeech(options)
      const text = readText(body.text, speech.maxChars)
      // Guide 002's clients read these as plain text.
      if (text === undefined) return await sayPlainly(reply, 'speech_text_invalid', speech.maxChars)
      const id = randomUUID()
      const { language, chatbotId = options.bots()[0] ?? '' } = body
      const recording = await speech.record({ id, text, bot: chatbotId, language })
      const processedText = spokenSentences(text, speech.maxChars).join(' ')
      const said = { reqId: id, processedText }
      if (!recording) return await reply.code(202).send({ ...said, audio: null, ...pollAt(id) })
      return { ...said, audio: toDataUrl(recording), contentType: recording.contentType }
    },
  )
  routes.get(
    '/api/text-to-speech/:jobId',
    {
      schema: {
        tags,
        params: JobParams,
        summary: 'Fetch a recording; 202 while it is made',
        response: { ...PROBLEMS, 200: JobReply, 202: JobReply },
      },
    },
    async (request, reply) => {
      const found = await findRecording(request, request.params.jobId, options)
      if (found === 'pending') return await reply.code(202).send({ status: 'pending' })
      const { contentType, bytes } = found
      const audio = toBase64(bytes)
      return { status: 'ready' as const, audio, dataUrl: toDataUrl(found), contentType }
    },
  )
}

/** Where a recording that is not ready yet will be; the fields of guide 002. */
function pollAt(id: string): { readonly tts_job_id: string; readonly tts_poll_url: string } {
  return { tts_job_id: id, tts_poll_url: `/api/text-to-speech/${id}` }
}

async function findRecording(
  request: FastifyRequest,
  id: string,
  { speech, accountOf, findAnswer, detail }: SpeechRoutesOptions,
): Promise<Recording | 'pending'> {
  const { recordings } = requireSpeech({ speech, detail })
  const account = await accountOf(request)
  const found = await recordings.find(id, account)
  if (found) return found
  // Made by a replica that does not share its recordings, or gone: an answer can be spoken again.
  const answer = await findAnswer(id, account)
  if (!answer) throw new AppError('speech_job_not_found')
  return (await recordings.begin(answer)) ?? 'pending'
}

function requireSpeech({ speech, detail }: Pick<SpeechRoutesOptions, 'speech' | 'detail'>): OwnSpeech {
  if (speech) return speech
  throw new AppError('speech_off', { params: { problem: detail.replace(/^off: /, '') } })
}

function readText(text: unknown, limit: number): string | undefined {
  if (typeof text !== 'string') return undefined
  const trimmed = text.trim()
  return trimmed === '' || trimmed.length > limit ? undefined : trimmed
}

async function sayPlainly(reply: FastifyReply, code: ErrorCode, limit: number): Promise<FastifyReply> {
  const { status, message } = new AppError(code, { params: { limit } })
  return await reply.code(status).type('text/plain; charset=utf-8').send(message)
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function toDataUrl({ bytes, contentType }: Recording): string {
  return `data:${contentType};base64,${toBase64(bytes)}`
}
