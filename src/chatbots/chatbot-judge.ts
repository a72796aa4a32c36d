import { AppError } from '../errors.ts'
import type { Library } from '../knowledge/library.ts'
import type { Bot } from '../bot.ts'
import type { ServedBot } from '../served-bot.ts'
import { invalidChatbot, parseChatbotFields, type ChatbotFields } from './chatbot-fields.ts'
import { parseChatbotId } from '../chatbot-id.ts'
import { toBot } from './to-bot.ts'

export interface JudgeOptions {
  readonly library: Pick<Library, 'search'>
  /** Throws `invalid_configuration` when the model of the bot cannot be had. */
  readonly serve: (bot: Bot) => ServedBot
  /** True for the name of a bot in code. */
  readonly isCode: (name: string) => boolean
  /** The model of chatbots that name none. */
  readonly defaultModel: string
}

/** Says whether a chatbot can be what it is to be, by the rules that bots in code obey. */
export class ChatbotJudge {
  readonly #options: JudgeOptions

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  /** Fields for a draft. `mayUse` says of which bots it may share the documents. Throws `chatbot_invalid` or `chatbot_id_taken`. */
  async draft(id: string, given: unknown, mayUse: (bot: string) => Promise<boolean>): Promise<ChatbotFields> {
    if (this.isCode(id)) throw new AppError('chatbot_id_taken')
    const fields = this.#normal(parseChatbotFields(given))
    toBot(id, fields, this.#options.library)
    for (const [index, name] of (fields.knowledge ?? []).entries())
      if (!(await this.#mayShare(name, mayUse))) {
        const fix = 'write "own", "people", or the name of a bot whose documents you may share.'
        throw invalidChatbot(`\`knowledge[${index}]\` is "${name}"; ${fix}`)
      }
    return fields
  }

  /** True for the name of a bot in code. */
  isCode(name: string): boolean {
    return this.#options.isCode(name)
  }

  /** What is published: an immutable snapshot, its model named, and its hash. Throws `chatbot_invalid`. */
  revision(id: string, fields: ChatbotFields): { readonly definition: string; readonly hash: string } {
    const snapshot = { ...fields, model: fields.model ?? this.#options.defaultModel }
    return { definition: JSON.stringify(snapshot), hash: this.serve(id, snapshot).revision }
  }

  /** Throws `chatbot_invalid`. */
  serve(id: string, fields: ChatbotFields): ServedBot {
    const bot = toBot(id, fields, this.#options.library)
    try {
      return this.#options.serve(bot)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_configuration') throw error
      throw invalidChatbot(`\`model\` cannot be had: ${error.message}`, error)
    }
  }

  /** Ids in the form they are kept. */
  #normal(fields: ChatbotFields): ChatbotFields {
    const { knowledge } = fields
    return knowledge
      ? { ...fields, knowledge: knowledge.map((name) => parseChatbotId(name) ?? name) }
      : fields
  }

  async #mayShare(name: string, mayUse: (bot: string) => Promise<boolean>): Promise<boolean> {
    if (name === 'own' || name === 'people') return true
    return (this.isCode(name) || parseChatbotId(name) !== undefined) && (await mayUse(name))
  }
}
