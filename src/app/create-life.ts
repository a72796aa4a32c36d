import type { FastifyInstance } from 'fastify'
import type { Access } from '../accounts/open-access.ts'
import type { Host } from '../channels/channel.ts'
import type { RunningChannels } from '../channels/running-channels.ts'
import { OpenRequests } from '../http/open-requests.ts'
import type { MessageQueue } from '../inbox/inbox.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { ConversationHost } from '../turn/conversation-host.ts'

/** The stages of a server from its start to its end. */
export interface AppLife {
  /** Begins what does not wait for requests: channels that poll, and the answers to accepted messages. */
  start(): Promise<void>
  /**
   * From now on replies close their connections, `/readyz` fails and no accepted message is begun; requests are still
   * taken.
   */
  beginDrain(): void
  /**
   * Stops the channels, waits up to `timeoutMs` for the running turns, then hands accepted messages over and
   * interrupts what is left; resolves when no turn runs.
   */
  drainTurns(timeoutMs: number): Promise<void>
  /** Takes no new connection and ends the idle ones; resolves when no request is open any more. */
  stopListening(): Promise<void>
  /** Interrupts what still runs, ends every connection, closes the server and the store. */
  close(): Promise<void>
}

export interface LifeParts {
  readonly server: FastifyInstance
  readonly host: Host
  readonly store: OpenStore
  readonly access: Access
  readonly inbox: MessageQueue
  readonly jobs: JobQueue
  readonly turns: ConversationHost
  readonly running: RunningChannels
  readonly onDrain: () => void
}

/** Says in which order the parts of a server begin and end. Channels stop before what they gave is handed over. */
export function createLife(parts: LifeParts): AppLife {
  const { server, host, store, access, inbox, jobs, turns, running, onDrain } = parts
  const requests = new OpenRequests(server)
  const drainTurns = async (timeoutMs: number): Promise<void> => {
    await running.stop()
    await Promise.all([inbox.drain(timeoutMs), jobs.drain(timeoutMs), turns.drain(timeoutMs)])
  }
  return {
    start: async () => {
      inbox.start()
      jobs.start()
      await running.start(host)
    },
    beginDrain: () => {
      onDrain()
      inbox.stopClaiming()
      jobs.stopClaiming()
    },
    drainTurns,
    stopListening: () => {
      server.server.close()
      server.server.closeIdleConnections()
      return requests.settled()
    },
    close: async () => {
      await drainTurns(0)
      server.server.closeAllConnections()
      await server.close()
      await access.close()
      await store.close()
    },
  }
}
