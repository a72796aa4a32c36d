import type { PlainReply } from './fake-model-server.ts'
import type { RequestBody } from './fake-reply.ts'
import { fakeVector } from './fake-vectors.ts'
import { scoreByWords } from './score-by-words.ts'

const ID = '5807ee2e-0cda-445a-9ec8-864c60a06606'
/** Cohere's limit of texts a call. */
const MOST_TEXTS = 96
const DIMENSIONS = 64

/** `/v2/embed`, of 64 numbers or of `output_dimension`. */
export function answerEmbed(path: string, body: RequestBody): PlainReply | undefined {
  if (path !== '/v2/embed') return undefined
  const { texts = [], input_type: type, output_dimension: dimensions = DIMENSIONS } = body
  const list = Array.isArray(texts) ? texts.map(String) : []
  if (typeof type !== 'string') return refuse('invalid request: valid input_type must be provided')
  if (list.length === 0) return refuse('invalid request: at least one text must be provided')
  if (list.length > MOST_TEXTS)
    return refuse(
      `invalid request: total number of texts must be at most ${MOST_TEXTS} - received ${list.length}`,
    )
  const float = list.map((text) => fakeVector(text, Number(dimensions)))
  const meta = { api_version: { version: '2' }, billed_units: { input_tokens: list.length } }
  return {
    status: 200,
    body: { id: ID, embeddings: { float }, texts: list, meta, response_type: 'embeddings_by_type' },
  }
}

/** `/v2/rerank`, by shared words. */
export function answerRerank(path: string, body: RequestBody): PlainReply | undefined {
  if (path !== '/v2/rerank') return undefined
  const { query, documents, top_n: most } = body
  if (typeof query !== 'string' || !Array.isArray(documents) || documents.length === 0)
    return refuse('invalid request: list of documents must not be empty')
  const results = scoreByWords(query, documents.map(String))
    .map(({ index, score }) => ({ index, relevance_score: score }))
    .slice(0, typeof most === 'number' ? most : documents.length)
  return { status: 200, body: { id: ID, results, meta: { api_version: { version: '2' } } } }
}

function refuse(message: string): PlainReply {
  return { status: 400, body: { id: ID, message } }
}
