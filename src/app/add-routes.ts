import type { FastifyInstance } from 'fastify'
import { addAccess } from '../accounts/add-access.ts'
import { addChatbotRoutes } from '../chatbots/chatbot-routes.ts'
import { addFileRoutes } from '../files/file-routes.ts'
import type { Gate } from '../http/principal.ts'
import type { ServedBots } from '../served-bot.ts'
import { addTaskRoutes } from '../tasks/task-routes.ts'
import type { OpenVoice } from '../voice/open-voice.ts'
import { addRollouts } from './add-rollouts.ts'
import { addVoice } from './add-voice.ts'
import type { AppParts } from './app-parts.ts'
import { addUploads } from './open-library.ts'
import type { Rooms } from './open-rooms.ts'

interface RouteParts extends AppParts, Rooms {
  /** The bots in code. */
  readonly code: ServedBots
}

interface AddedRoutes {
  /** Undefined when there are no accounts. */
  readonly gate: Gate | undefined
  readonly voice: OpenVoice
}

/** Adds the routes that are no channel's; the rooms behind them are closed with the server. */
export async function addRoutes(server: FastifyInstance, parts: RouteParts): Promise<AddedRoutes> {
  const { config, log, code, access, opened, services, chatbots } = parts
  const gate = addAccess(server, access, { config, onWarning: (message) => log.warn(message) })
  server.addHook('onClose', () => services.companies.close())
  addFileRoutes(server, services.files)
  addRollouts(server, { ...parts, gate })
  const voice = await addVoice(server, { ...parts, gate, content: access.content })
  if (gate) {
    addTaskRoutes(server, { gate, tasks: services.tasks })
    addChatbotRoutes(server, { gate, chatbots })
    addUploads(server, { config, gate, code, chatbots, library: opened.library })
  }
  return { gate, voice }
}
