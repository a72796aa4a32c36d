import { basename, dirname, resolve } from 'node:path'
import { AppError } from '../../errors.ts'
import type { Embedder } from './embedder.ts'

/** What we use of `@huggingface/transformers` 4, which is installed by those who want it. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string }
  pipeline(task: 'feature-extraction', model: string): Promise<Extract>
}

type Extract = (
  texts: readonly string[],
  options: { readonly pooling: 'mean'; readonly normalize: true },
) => Promise<{ tolist(): readonly (readonly number[])[] }>

const LIBRARY: string = '@huggingface/transformers'

/** Texts that are computed at once; more need more memory and are no faster. */
const TEXTS_AT_ONCE = 16

/**
 * Embeddings computed in this process from an ONNX model in a folder; nothing is downloaded. Throws
 * `invalid_configuration` when the library or the model is missing.
 */
export async function createLocalEmbedder(folder: string): Promise<Embedder> {
  const path = resolve(folder)
  const extract = await load(path)
  return {
    id: `local/${basename(path)}`,
    lexical: false,
    embed: async (texts, { signal }) => {
      const vectors: Float32Array[] = []
      for (let from = 0; from < texts.length; from += TEXTS_AT_ONCE) {
        signal.throwIfAborted()
        const part = texts.slice(from, from + TEXTS_AT_ONCE)
        const made = await extract(part, { pooling: 'mean', normalize: true })
        vectors.push(...made.tolist().map((row) => Float32Array.from(row)))
      }
      return vectors
    },
  }
}

async function load(path: string): Promise<Extract> {
  const library = await import(LIBRARY).then(
    (loaded: unknown) => loaded as Transformers,
    (cause: unknown) => {
      const problem = `EMBEDDING_MODEL=local/… needs a library that is not installed. Run: ONNXRUNTIME_NODE_INSTALL_CUDA=skip npm install ${LIBRARY}@4`
      throw new AppError('invalid_configuration', { params: { problem }, cause })
    },
  )
  library.env.allowRemoteModels = false
  library.env.localModelPath = dirname(path)
  return library.pipeline('feature-extraction', basename(path)).catch((cause: unknown) => {
    const problem = `The model in ${path} cannot be loaded. It needs config.json, tokenizer.json and onnx/model.onnx.`
    throw new AppError('invalid_configuration', { params: { problem }, cause })
  })
}
