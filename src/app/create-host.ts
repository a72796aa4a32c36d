import { randomUUID } from 'node:crypto'
import { type Access } from '../accounts/open-access.ts'
import { type Bot } from '../bot.ts'
import type { BotInfo, Bots, Host, SpeakerPlace } from '../channels/channel.ts'
import type { Chatbots } from '../chatbots/chatbots.ts'
import type { ConverseRequest } from '../conversation.ts'
import type { CompanyRegister } from '../company/company.ts'
import type { AnswerFiles } from '../files/files.ts'
import type { Jobs } from '../jobs/job.ts'
import type { DocumentPlace, Library } from '../knowledge/library.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { type MessageQueue } from '../inbox/inbox.ts'
import type { ToolServices } from '../tools/tool.ts'
import { ConversationHost, type HostOptions } from '../turn/conversation-host.ts'
import type { AppParts } from './app-parts.ts'
import { linkSubject } from './follow-links.ts'
import { countShed, countTurns } from './count-turns.ts'

/** What the services of tools are made of. */
export interface Services {
  readonly tasks: Tasks
  readonly library: Library
  readonly companies: CompanyRegister
  readonly files: AnswerFiles
}

interface TurnParts extends AppParts {
  readonly services: Services
  readonly choose: HostOptions['choose']
}

/** The turns of this process. */
export function createTurns({
  config,
  log,
  store,
  observability,
  services,
  choose,
}: TurnParts): ConversationHost {
  return new ConversationHost({
    choose,
    store,
    owner: randomUUID(),
    maxRunningTurns: config.MAX_RUNNING_TURNS,
    modelRetries: config.MODEL_RETRIES,
    servicesOf: (place) => bindServices(services, place),
    ...countTurns({ log, metrics: observability.metrics }),
  })
}

function bindServices({ tasks, library, companies, files }: Services, place: DocumentPlace): ToolServices {
  const { subject } = place
  return { tasks: tasks.of(subject), documents: library.bind(place), companies, files: files.of(subject) }
}

interface ConverseParts extends AppParts {
  readonly turns: ConversationHost
  readonly access: Access
  readonly chatbots: Pick<Chatbots, 'admit'>
}

export type Converse = Host['converse']

/** What every message passes, from a channel or from the inbox: people are served as whom they are linked to. */
export function createConverse({
  turns,
  access,
  chatbots,
  store,
  log,
  observability,
}: ConverseParts): Converse {
  const link = async ({ conversation, reference = '' }: ConverseRequest, turnId: string): Promise<void> => {
    const { bot, channel } = conversation
    try {
      await store.feedback.link({ bot, channel, reference, turnId })
    } catch (error) {
      log.warn({ err: error, turnId }, 'reactions to this answer will not find it')
    }
  }
  const admit = async ({ conversation, messageId }: ConverseRequest): Promise<void> => {
    try {
      await chatbots.admit(conversation.bot)
    } catch (error) {
      // Reading an answer again, or finishing one that was begun, is not refused.
      if (messageId === undefined || !(await store.turns.conversationOf(messageId))) throw error
    }
  }
  return countShed(async (request) => {
    await admit(request)
    const subject = await access.resolve(request.subject)
    const answer = await turns.converse({ ...request, subject })
    // Not waited for: this process knows at once, and the answer should begin.
    void access.conversations.changed(subject)
    // Nobody reacts before having read something, so the answer does not wait for it.
    if (request.reference) void link(request, answer.turnId)
    return answer
  }, observability.metrics)
}

interface WiredParts extends Omit<ConverseParts, 'chatbots'> {
  readonly inbox: MessageQueue
  readonly jobs: Jobs
  readonly converse: Converse
  readonly services: Services
  readonly voice: Pick<Host, 'speech' | 'transcriber'>
  readonly flags: Host['flags']
}

/** What channels are given. */
export function toHost(parts: WiredParts): Host {
  const { bots: served, store, log, turns, inbox, jobs, access, converse, services } = parts
  const bots: Bots = {
    list: () => served.list().flatMap(({ bot, unlisted }) => (unlisted ? [] : toBotInfo(bot))),
    find: (name) => {
      const found = served.find(name)
      return found && toBotInfo(found.bot)
    },
  }
  return {
    bots,
    converse,
    accept: (message) => inbox.accept(message),
    hasAccepted: (message) => inbox.has(message),
    clear: (conversation) => turns.clear(conversation),
    link: (subject, code) => linkSubject({ access, store, library: services.library, jobs }, subject, code),
    resume: (answer, afterSeq, readerLeft) => turns.resume(answer, afterSeq, readerLeft),
    stop: (answer) => turns.stop(answer),
    history: (conversation) => turns.history(conversation),
    ...createServing(parts),
    file: (url) => services.files.open(url),
    report: async (feedback) => {
      const target = await store.feedback.record(feedback)
      const { bot, channel, kind, value, removed = false } = feedback
      log.info({ bot, channel, kind, value, removed, ...target }, 'feedback')
    },
    notes: store.notes,
    flags: parts.flags,
    speech: parts.voice.speech,
    transcriber: parts.voice.transcriber,
  }
}

/** What people reach without a turn: their documents and the commands of a bot, bound to who they are linked to. */
function createServing({ bots, access, services }: WiredParts): Pick<Host, 'documents' | 'command'> {
  const bind = async ({ conversation, subject, group = false }: SpeakerPlace): Promise<ToolServices> => {
    const { bot } = conversation
    return bindServices(services, { bot, conversation, group, subject: await access.resolve(subject) })
  }
  return {
    documents: async (place) => (await bind(place)).documents,
    command: async (call) => {
      const { conversation, name, text, language, signal } = call
      const command = bots.find(conversation.bot)?.bot.commands.find((one) => one.name === name)
      return await command?.run(text, { language, signal, services: await bind(call) })
    },
  }
}

function toBotInfo({ commands, takesDocuments, site, ...bot }: Bot): BotInfo {
  const { name, title, description, suggestions } = bot
  const menu = commands.map((command) => ({ name: command.name, description: command.description }))
  return Object.freeze({ name, title, description, suggestions, commands: menu, takesDocuments, site })
}
