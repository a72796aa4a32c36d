import { anyText, choice, decimal, embeddingModel, rerankModel, webUrl, whole } from './setting-types.ts'
import type { Setting } from './settings.ts'

/** How documents are searched. */
export const SEARCH_SETTINGS = {
  EMBEDDING_MODEL: {
    section: 'Knowledge',
    about:
      'What finds passages by their meaning; `hash` compares words and letters only. Without it `ml-api` when `ML_API_URL` is set, and `hash` otherwise.',
    type: embeddingModel,
    example: 'openai/text-embedding-3-small',
  },
  EMBEDDING_BASE_URL: {
    section: 'Knowledge',
    about:
      'Where to reach the embeddings of `openai/…`, such as TEI or Ollama; without it `OPENAI_BASE_URL`.',
    type: webUrl,
    example: 'http://localhost:8080/v1',
  },
  EMBEDDING_API_KEY: {
    section: 'Knowledge',
    about: 'The key for `EMBEDDING_BASE_URL` or `ML_API_URL`; those of OpenAI and Cohere go to these alone.',
    type: anyText,
    example: '…',
    secret: true,
  },
  EMBEDDING_CACHE_SIZE: {
    section: 'Knowledge',
    about: 'Questions whose vectors are remembered; 0 remembers none.',
    type: whole(0, 1_000_000),
    default: '1000',
  },
  RERANK_MODEL: {
    section: 'Knowledge',
    about:
      'What reads question and passages together for the last ranking; `none` leaves it out. Without it `ml-api` when `ML_API_URL` is set.',
    type: rerankModel,
    example: 'cohere/rerank-v3.5',
  },
  ML_API_URL: {
    section: 'Knowledge',
    about: 'A service with `/embed` and `/rerank`, such as `botyard serve --role embed`.',
    type: webUrl,
    example: 'http://localhost:8001',
  },
  HTTP_TIMEOUT: {
    section: 'Knowledge',
    about: 'How long one call for embeddings or a reranking may take with all its attempts, in seconds.',
    type: decimal(0.1, 3_600),
    default: '120',
  },
  VECTOR_INDEX: {
    section: 'Knowledge',
    about:
      'Where vectors are searched: `auto` is Qdrant when `QDRANT_URL` is set, else pgvector, else the memory of the process; `none` leaves them out.',
    type: choice(['auto', 'none']),
    default: 'auto',
  },
  QDRANT_URL: {
    section: 'Knowledge',
    about: 'The Qdrant that keeps the vectors; without it the database does.',
    type: webUrl,
    example: 'http://localhost:6333',
  },
  QDRANT_API_KEY: {
    section: 'Knowledge',
    about: 'The key for Qdrant.',
    type: anyText,
    example: '…',
    secret: true,
  },
  KB_CACHE_TTL: {
    section: 'Knowledge',
    about:
      'How long what was found for a question is remembered while the documents stay as they are, in seconds; 0 turns it off.',
    type: whole(0, 86_400),
    default: '600',
  },
} as const satisfies Record<string, Setting>
