import type { MultipartFile } from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isLanguageTag } from '../bot-voice.ts'
import { AppError } from '../errors.ts'
import { whenLeft } from '../http/event-stream.ts'
import { PROBLEMS } from '../http/problem-schema.ts'
import type { AudioFile, Transcriber } from '../speech.ts'

export interface TranscriptionRoutesOptions {
  /** Undefined when nothing transcribes. */
  readonly transcriber: Transcriber | undefined
  readonly maxBytes: number
}

/** What a form holds besides the recording. */
const FORM_BYTES = 65_536

const TranscriptionReply = z.object({
  text: z.string(),
  language: z.string().nullable().describe('ISO 639-1.'),
  confidence: z.enum(['high', 'low']),
})

/** Guide 002's `POST /api/speech-to-text`. */
export function addTranscriptionRoutes(server: FastifyInstance, options: TranscriptionRoutesOptions): void {
  server.register(async (scope) => {
    const { default: multipart } = await import('@fastify/multipart')
    const { maxBytes, transcriber } = options
    const limits = { fileSize: maxBytes, files: 1, fields: 10, fieldSize: 1_024, parts: 11 }
    await scope.register(multipart, { limits })
    scope.post(
      '/api/speech-to-text',
      {
        bodyLimit: maxBytes + FORM_BYTES,
        schema: {
          tags: ['voice'],
          consumes: ['multipart/form-data'],
          summary: 'Transcribe a recording (`audio`)',
          response: { ...PROBLEMS, 200: TranscriptionReply },
        },
      },
      async (request, reply) => {
        if (!transcriber) throw new AppError('transcription_off')
        const audio = await readAudio(request, maxBytes)
        return await transcriber.transcribe(audio, whenLeft(reply))
      },
    )
  })
}

async function readAudio(request: FastifyRequest, maxBytes: number): Promise<AudioFile> {
  let audio: AudioFile | undefined
  let language: string | undefined
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') audio = await readFile(part)
      else if (part.fieldname === 'language' && isLanguageTag(part.value)) language = part.value
    }
  } catch (error) {
    throw toFormError(error, maxBytes)
  }
  if (!audio || audio.bytes.byteLength === 0) throw new AppError('audio_missing')
  return { ...audio, ...(language !== undefined && { language }) }
}

async function readFile(part: MultipartFile): Promise<AudioFile> {
  return { name: part.filename, bytes: await part.toBuffer(), contentType: part.mimetype }
}

function toFormError(error: unknown, maxBytes: number): unknown {
  const { code = '', statusCode } = error as { readonly code?: string; readonly statusCode?: number }
  if (code === 'FST_REQ_FILE_TOO_LARGE')
    return new AppError('audio_too_large', {
      params: { limit: Math.floor(maxBytes / 1_048_576) },
      cause: error,
    })
  return statusCode === 406 || code.startsWith('FST_')
    ? new AppError('audio_missing', { cause: error })
    : error
}
