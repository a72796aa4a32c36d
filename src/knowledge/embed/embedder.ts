/** The door of embeddings: what turns texts into vectors, and what judges passages against a question. */
export interface Embedder {
  /** Names the model and the way, such as `openai/text-embedding-3-small`; vectors of two ids cannot be compared. */
  readonly id: string
  /** True when it compares words and letters only, so that exact scores over words are better than its own. */
  readonly lexical: boolean
  /**
   * One vector of length 1 for each text, in their order, all of one dimension. Throws `embeddings_unavailable` or
   * `embeddings_rejected`.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>
}

export interface EmbedOptions {
  /** Models embed a question differently from what answers it. */
  readonly purpose: 'passage' | 'query'
  readonly signal: AbortSignal
}

/** Judges each text against a question by reading both together. */
export interface Reranker {
  readonly id: string
  /** One score for each text, in their order; higher is better. Throws as `embed` does. */
  rerank(
    query: string,
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[]>
}
