/** One message of a conversation as a model sees it. */
export type Message =
  | {
      readonly role: 'user'
      readonly text: string
      /** Left out by models that cannot see. */
      readonly images?: readonly Image[]
    }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly tool: string; readonly output: string }

/** An image of a message. */
export interface Image {
  /** Where the provider of the model downloads it: public, `https`. */
  readonly url: string
  /** For example `image/png`. */
  readonly contentType: string
}

/** A call the model asks for. */
export interface ToolCall {
  readonly callId: string
  readonly tool: string
  /** The arguments as the model wrote them: JSON text. */
  readonly input: string
}

/** A tool as a model sees it. */
export interface ToolSpec {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments (an object). */
  readonly inputSchema: Readonly<Record<string, unknown>>
}

/** A piece of a document that may answer a question. */
export interface Passage {
  readonly text: string
  /** The document it comes from, shown to the reader. */
  readonly source: string
  readonly heading?: string
  readonly url?: string
}
