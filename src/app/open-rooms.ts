import { openAccess, type Access } from '../accounts/open-access.ts'
import type { Chatbots } from '../chatbots/chatbots.ts'
import type { Jobs } from '../jobs/job.ts'
import type { ModelResolver } from '../models/resolve-model.ts'
import type { Project } from '../project.ts'
import { createTasks } from '../tasks/own-tasks.ts'
import type { AppParts } from './app-parts.ts'
import type { Services } from './create-host.ts'
import { openAnswerServices, type AnswerServices } from './open-answer-services.ts'
import { openOwnChatbots } from './open-chatbots.ts'
import { openLibrary, type OpenLibrary } from './open-library.ts'
import { openRollouts, type Rollouts } from './open-rollouts.ts'

/** What stands behind the bots. */
export interface Rooms {
  readonly access: Access
  readonly opened: OpenLibrary
  readonly services: Services & AnswerServices
  readonly chatbots: Chatbots
  readonly rollouts: Rollouts
}

interface RoomParts extends AppParts {
  readonly project: Project
  readonly models: ModelResolver
}

/** Opens what stands behind the bots in code and finds the chatbots beside them; `jobs` is asked for when there is work. */
export async function openRooms(parts: RoomParts, jobs: () => Jobs): Promise<Rooms> {
  const { config, store, log, bots: code, models } = parts
  const onWarning = (message: string, error?: unknown): void => log.warn(error ? { err: error } : {}, message)
  const access = await openAccess({ config, store, alone: store.kind === 'embedded', onWarning })
  const opened = await openLibrary({ config, store, cache: access.cache, onWarning }, jobs)
  const { library } = opened
  const chatbots = await openOwnChatbots({ config, store, code, models, library, onWarning })
  const published = (id: string, hash: string) => chatbots.revision(id, hash)
  const rollouts = await openRollouts({ ...parts, chatbots, bots: chatbots.served, published })
  const tasks = createTasks({
    store: store.tasks,
    defaultTimeZone: config.TIME_ZONE,
    mostTasks: config.MAX_TASKS_PER_PERSON,
  })
  return { access, opened, services: { tasks, library, ...openAnswerServices(parts) }, chatbots, rollouts }
}
