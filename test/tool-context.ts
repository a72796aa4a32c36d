import type { ToolContext } from '../src/tools/tool.ts'

/** What a tool is given, for tests of tools that need nothing of the server. */
export function toolContext(given: Partial<ToolContext> = {}): ToolContext {
  return {
    subject: 'ann',
    conversationId: 'conversation',
    turnId: 'turn',
    signal: new AbortController().signal,
    emit: () => undefined,
    services: {
      get tasks(): never {
        throw new Error('This test has no tasks.')
      },
      // Read by every turn with knowledge, whatever the knowledge makes of it.
      documents: undefined as never,
      get companies(): never {
        throw new Error('This test has no register of companies.')
      },
      get files(): never {
        throw new Error('This test keeps no files.')
      },
    },
    ...given,
  }
}
