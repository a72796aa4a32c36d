interface ToolCallStart {
  readonly callId: string
  readonly tool: string
  readonly input: string
}

/**
 * A call for the caller's own tool as data of a `json` event: a chunk of an OpenAI chat completion. Keys are left out
 * rather than null, except `finish_reason`, which the reference client needs in each chunk.
 */
export function toToolCallChunk({ callId, tool, input }: ToolCallStart, index: number): Chunk {
  const call = {
    index,
    id: callId,
    type: 'function',
    function: { name: tool, arguments: input.toWellFormed() },
  }
  return toChunk({ tool_calls: [call] }, null)
}

/** The chunk that says that the caller's turn has come. */
export function toToolCallsEnd(): Chunk {
  return toChunk({}, 'tool_calls')
}

type Chunk = Readonly<Record<string, unknown>>

function toChunk(delta: Chunk, finishReason: string | null): Chunk {
  return {
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  }
}
