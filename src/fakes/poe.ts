import { createFaultQueue } from './fault-queue.ts'
import { startLocalServer } from './local-server.ts'
import { handleCall } from './poe/api-server.ts'
import type { BotReply, PoeCall, PoeFault } from './poe/api-server.ts'
import { createChat } from './poe/chat.ts'
import type { PoeChat } from './poe/chat.ts'
import { post } from './poe/send-to-bot.ts'
import type { ServerBot } from './poe/send-to-bot.ts'

export type { BotReply, PoeCall, PoeFault } from './poe/api-server.ts'
export type { PoeChat, PoeFile, SayOptions } from './poe/chat.ts'
export type { PoeAnswer, SentEvent, Violation } from './poe/read-stream.ts'
export type { ServerBot } from './poe/send-to-bot.ts'

export interface FakePoeOptions {
  /** Server bots by their names on Poe; more can be added later. */
  readonly bots?: Readonly<Record<string, ServerBot>>
  /** What other bots of Poe answer. Default: a greeting. */
  readonly answer?: (name: string, body: unknown) => BotReply
  readonly fault?: PoeFault
  /** Default: a free one. */
  readonly port?: number
}

export interface FakePoe {
  /** The base URL of the API, to give as `POE_BASE_URL`. */
  readonly url: string
  /** Where files are uploaded, to give as `POE_UPLOAD_URL`. */
  readonly uploadUrl: string
  /** Every call of the API so far, oldest first. */
  readonly calls: readonly PoeCall[]
  /** What Poe was told or has fetched of the settings of each bot. */
  readonly settings: ReadonlyMap<string, unknown>
  add(name: string, bot: ServerBot): void
  /** A conversation of a person, with a bot by its name on Poe. */
  chat(name: string, userId?: string): PoeChat
  /** Sends any other request of Poe: `settings`, `report_reaction`, `report_feedback`, `report_error`. */
  send(name: string, request: Readonly<Record<string, unknown>>): Promise<Response>
  /** From the next call on; undefined: all is well again. */
  inject(fault: PoeFault | undefined): void
  close(): Promise<void>
}

/**
 * A local twin of Poe: people who chat with server bots, read as strictly as the reference client (fastapi_poe 0.0.81)
 * reads, and the API that bots call: settings, uploads, costs, other bots. Close it when done.
 *
 * @example
 * const poe = await createFakePoe({ bots: { Acme: { url: 'http://localhost:5000/', accessKey } } })
 * const { text, violations } = await poe.chat('Acme').say('Hello')
 */
export async function createFakePoe(options: FakePoeOptions = {}): Promise<FakePoe> {
  const bots = new Map(Object.entries(options.bots ?? {}))
  const faults = createFaultQueue(options.fault)
  const calls: PoeCall[] = []
  const settings = new Map<string, unknown>()
  const answer = options.answer ?? ((name: string) => `Hello from ${name}.`)
  const server = await startLocalServer(
    (request, response) => handleCall(request, response, { bots, faults, calls, settings, answer }),
    options.port,
  )
  const find = (name: string): ServerBot => {
    const bot = bots.get(name)
    if (!bot) throw new Error(`There is no bot ${name} on this Poe; add it first.`)
    return bot
  }
  return {
    url: server.url,
    uploadUrl: `${server.url}/poe_api/file_upload_3RD_PARTY_POST`,
    calls,
    settings,
    add: (name, bot) => void bots.set(name, bot),
    chat: (name, userId) => createChat(find(name), userId),
    send: (name, request) => post(find(name), { version: '1.2', ...request }),
    inject: (fault) => faults.inject(fault),
    close: () => server.close(),
  }
}
