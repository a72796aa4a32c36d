import type { MultipartFile } from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { SHARED } from '../../documents.ts'
import { AppError } from '../../errors.ts'
import { EventStream, toFrame, whenLeft } from '../../http/event-stream.ts'
import type { Gate, Principal } from '../../http/principal.ts'
import { fromThrown, toProblem } from '../../http/problem.ts'
import { EVENT_STREAM, PROBLEMS } from '../../http/problem-schema.ts'
import type { AddedDocument, DocumentInfo, DocumentProgress, Library, NewDocument } from '../library.ts'
import { RefusedDocument } from './refused-document.ts'

export interface UploadOptions {
  readonly gate: Gate
  readonly library: Library
  /** The bot that may be given documents by who asks; the default one without a name. Undefined: none of theirs. */
  readonly findBot: (name: string | undefined, principal: Principal) => Promise<string | undefined>
  readonly maxBytes: number
}

/** What a form holds besides the file. */
const FORM_BYTES = 65_536

const TAKEN_IN = z.looseObject({ message: z.string() }).describe('It can be found now')
const BEING_TAKEN_IN = z.object({ message: z.string() }).describe('It is still being processed')

/** Guide 002's upload of documents that a bot answers everybody from, for operators. */
export function addUploadRoutes(server: FastifyInstance, options: UploadOptions): void {
  server.register(async (scope) => {
    const { default: multipart } = await import('@fastify/multipart')
    const { maxBytes, gate } = options
    const limits = { fileSize: maxBytes, files: 1, fields: 10, fieldSize: 1_024, parts: 11 }
    await scope.register(multipart, { limits })
    const route = {
      onRequest: gate.withRole('operator', 'admin'),
      bodyLimit: maxBytes + FORM_BYTES,
    }
    const schema = {
      tags: ['knowledge'],
      security: [{ bearer: [] }],
      consumes: ['multipart/form-data'],
      response: PROBLEMS,
    }
    scope.post(
      '/api/context/upload-file',
      {
        ...route,
        schema: {
          ...schema,
          summary: 'Give a bot a document (`file`, `chatbotId`)',
          response: { 201: TAKEN_IN, 202: BEING_TAKEN_IN, ...PROBLEMS },
        },
      },
      (request, reply) => upload(request, reply, options),
    )
    scope.post(
      '/api/context/upload-file/stream',
      {
        ...route,
        schema: {
          ...schema,
          summary: 'The same, with its progress as events',
          response: { 200: EVENT_STREAM, ...PROBLEMS },
        },
      },
      (request, reply) => uploadStreaming(request, reply, options),
    )
  })
}

async function upload(
  request: FastifyRequest,
  reply: FastifyReply,
  options: UploadOptions,
): Promise<unknown> {
  const form = await readForm(request, options)
  const left = whenLeft(reply)
  let done: Done | undefined
  for await (const step of take(form, options, left)) if ('document' in step) done = step
  // Whoever has left reads nothing any more; the work goes on.
  if (!done) return await reply.code(202).send({ message: 'The file is being processed' })
  return await reply.code(201).send(toResult(done))
}

async function uploadStreaming(
  request: FastifyRequest,
  reply: FastifyReply,
  options: UploadOptions,
): Promise<void> {
  const form = await readForm(request, options)
  const left = whenLeft(reply)
  const stream = new EventStream(reply)
  const send = (event: string, data: object): void => {
    stream.send(toFrame({ event, data: JSON.stringify(data) }))
  }
  send('connected', { filename: form.file.name, timestamp: new Date().toISOString() })
  send('progress', { step: 'validation', progress: 0 })
  try {
    for await (const step of take(form, options, left)) {
      if (!('document' in step)) send('progress', { step: 'processing', ...step })
      else {
        const { name, chunks, tokens } = step.document
        send('progress', { step: 'complete', progress: 1 })
        send('result', toResult(step))
        send('complete', { filename: name, chunks, tokens })
      }
    }
  } catch (error) {
    const known = fromThrown(error, { maxBodyBytes: options.maxBytes })
    if (known.status >= 500) request.log.error({ err: error }, 'an upload failed')
    send('error', toProblem(known))
  }
  stream.end(toFrame({ event: 'close', data: '{}' }))
}

interface Form {
  readonly bot: string
  readonly file: NewDocument
}

async function readForm(request: FastifyRequest, { gate, findBot, maxBytes }: UploadOptions): Promise<Form> {
  let name: string | undefined
  let file: NewDocument | undefined
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') file = await readFile(part)
      else if (part.fieldname === 'chatbotId' && part.value !== '') name = String(part.value)
    }
  } catch (error) {
    throw toFormError(error, maxBytes)
  }
  if (!file)
    throw new AppError('invalid_request', { params: { problem: 'No file uploaded; send it as `file`.' } })
  const bot = await findBot(name, gate.principalOf(request))
  if (bot === undefined) throw new AppError('bot_not_found')
  return { bot, file }
}

async function readFile(part: MultipartFile): Promise<NewDocument> {
  return { name: part.filename, bytes: await part.toBuffer(), contentType: part.mimetype }
}

function toFormError(error: unknown, maxBytes: number): unknown {
  const { code = '', statusCode } = error as { readonly code?: string; readonly statusCode?: number }
  if (code === 'FST_REQ_FILE_TOO_LARGE') {
    const problem = `${Math.floor(maxBytes / 1_048_576)} MB are allowed`
    return new AppError('document_too_large', { params: { problem }, cause: error })
  }
  if (statusCode === 406 || code.startsWith('FST_'))
    return new AppError('invalid_request', {
      params: { problem: 'send a form with one `file`.' },
      cause: error,
    })
  return error
}

interface Done {
  readonly outcome: AddedDocument['outcome']
  readonly document: DocumentInfo
}

/** Adds the document; says how far it is and, last, what became of it. Throws why it could not be read. */
async function* take(
  { bot, file }: Form,
  { library }: UploadOptions,
  left: AbortSignal,
): AsyncGenerator<Pick<DocumentProgress, 'status' | 'progress'> | Done, void> {
  const collection = library.collection({ bot, owner: SHARED })
  const { outcome, document } = await collection.add(file)
  for await (const { status, progress, error } of collection.follow(document.id, { signal: left })) {
    if (error) throw new RefusedDocument(error)
    yield { status, progress }
  }
  const ready = await collection.get(document.id)
  if (ready?.status === 'ready') yield { outcome, document: ready }
}

const MESSAGES: Readonly<Record<AddedDocument['outcome'], string>> = {
  new: 'File uploaded and processed successfully',
  replaced: 'File uploaded and processed successfully; it replaces the one before',
  unchanged: 'This file has already been indexed',
}

function toResult({ outcome, document }: Done): object {
  const { id, name, type, size, chunks, passages, tokens } = document
  return {
    success: true,
    message: MESSAGES[outcome],
    outcome,
    filename: name,
    chunksStored: outcome === 'unchanged' ? 0 : chunks,
    tokens,
    data: [{ id, filename: name, type, size, chunks, passages, tokens }],
  }
}
