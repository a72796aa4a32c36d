import type { Log } from '../observe/log.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { TurnEvent } from '../events.ts'
import type { Project } from '../project.ts'
import { askServer, serverAnswers } from './ask-server.ts'
import { serverUrl } from './server-url.ts'

export interface ChatQuestion {
  readonly bot: string
  /** Names the conversation. */
  readonly key: string
  readonly text: string
  /** Stops the answer. */
  readonly signal: AbortSignal
}

/** Whoever answers what is said in the terminal. */
export interface ChatPartner {
  ask(question: ChatQuestion): Promise<AsyncIterable<{ readonly event: TurnEvent }>>
  close(): Promise<void>
}

export interface ChatParts {
  readonly config: Config
  readonly project: Project
  readonly log: Log
}

/** The bots in this process, or, when a server has the embedded database, those of that server. */
export async function openChatPartner(parts: ChatParts): Promise<ChatPartner> {
  try {
    return await openHere(parts)
  } catch (error) {
    const url = serverUrl(parts.config)
    const taken = error instanceof AppError && error.code === 'data_folder_in_use'
    if (!taken || !(await serverAnswers(url))) throw error
    return { ask: (question) => askServer(url, question), close: async () => undefined }
  }
}

async function openHere(parts: ChatParts): Promise<ChatPartner> {
  const { createApp } = await import('../app.ts')
  const app = await createApp(parts)
  return {
    ask: async ({ bot, key, text, signal }) => {
      const conversation = { bot, channel: 'terminal', key }
      return (await app.host.converse({ conversation, subject: 'terminal', text, signal })).events
    },
    close: () => app.close(),
  }
}
