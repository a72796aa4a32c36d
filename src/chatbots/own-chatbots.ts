import { randomUUID } from 'node:crypto'
import { AppError } from '../errors.ts'
import type {
  Accounts,
  ChatbotChange,
  ChatbotNote,
  ChatbotStore,
  RevisionInfo,
  StoredChatbot,
  TokenQuota,
} from '../store/store.ts'
import type { ChatbotDirectory } from './chatbot-directory.ts'
import { invalidChatbot, type ChatbotFields } from './chatbot-fields.ts'
import { parseChatbotId } from '../chatbot-id.ts'
import type { ChatbotJudge } from './chatbot-judge.ts'
import type {
  Chatbot,
  ChatbotActor,
  ChatbotListFilter,
  ChatbotRevision,
  ChatbotUsage,
  ChatbotVersion,
  NewChatbotOptions,
  OwnChatbots,
} from './chatbots.ts'
import type { TokenQuotas } from './token-quotas.ts'

export interface ManagementParts {
  readonly store: ChatbotStore
  readonly accounts: Pick<Accounts, 'find'>
  readonly directory: ChatbotDirectory
  readonly judge: ChatbotJudge
  readonly quotas: TokenQuotas
}

/** See `OwnChatbots`. */
export class StoredChatbots implements OwnChatbots {
  readonly #parts: ManagementParts
  readonly #actor: ChatbotActor

  constructor(parts: ManagementParts, actor: ChatbotActor) {
    this.#parts = parts
    this.#actor = actor
  }

  async list(filter: ChatbotListFilter): Promise<readonly Chatbot[]> {
    const { unrestricted, account } = this.#actor
    // No account has the number 0.
    const owner = unrestricted ? undefined : (account ?? 0)
    return (await this.#parts.store.list({ ...filter, owner })).map(toChatbot)
  }

  async create(given: unknown, options: NewChatbotOptions = {}): Promise<Chatbot> {
    const id = parseChatbotId(options.id ?? randomUUID())
    if (id === undefined)
      throw invalidChatbot(`\`id\` is "${options.id}"; write a UUID or 24 hexadecimal digits.`)
    const owner = await this.#ownerOf(options.owner)
    const fields = await this.#parts.judge.draft(id, given, (other) => this.#sees(other))
    const draft = JSON.stringify(fields)
    const made = await this.#parts.store.create({ id, owner, draft, by: this.#actor.name })
    if (!made) throw new AppError('chatbot_id_taken')
    return toChatbot(made)
  }

  async get(id: string): Promise<Chatbot> {
    return toChatbot(await this.#find(id))
  }

  async replace(place: ChatbotVersion, given: unknown): Promise<Chatbot> {
    const stored = await this.#open(place)
    const fields = await this.#parts.judge.draft(stored.id, given, (other) => this.#sees(other))
    const changed = changedFields(fieldsOf(stored), fields)
    if (changed.length === 0) return toChatbot(stored)
    const draft = JSON.stringify(fields)
    return await this.#change(stored, { action: 'changed', detail: { fields: changed }, draft })
  }

  async change(place: ChatbotVersion, given: Readonly<Record<string, unknown>>): Promise<Chatbot> {
    const stored = await this.#open(place)
    const merged = Object.entries({ ...fieldsOf(stored), ...given }).filter(([, value]) => value !== null)
    return await this.replace({ id: stored.id, version: stored.version }, Object.fromEntries(merged))
  }

  async publish(place: ChatbotVersion): Promise<Chatbot> {
    const stored = await this.#open(place)
    const fields = await this.#parts.judge.draft(stored.id, fieldsOf(stored), (other) => this.#sees(other))
    return await this.#publish(stored, fields, null)
  }

  async rollBack(place: ChatbotVersion, number: number): Promise<Chatbot> {
    const stored = await this.#open(place)
    const { fields } = await this.revision(stored.id, number)
    return await this.#publish(stored, fields, number)
  }

  async setArchived(place: ChatbotVersion, archived: boolean): Promise<Chatbot> {
    const stored = await this.#find(place.id, place.version)
    if ((stored.archivedAt !== null) === archived) return toChatbot(stored)
    return await this.#change(stored, { action: archived ? 'archived' : 'restored', detail: {} })
  }

  async setQuota(place: ChatbotVersion, quota: TokenQuota): Promise<Chatbot> {
    const stored = await this.#find(place.id, place.version)
    if (!this.#actor.unrestricted) throw new AppError('forbidden')
    return await this.#change(stored, { action: 'quota', detail: { ...quota }, quota })
  }

  async revisions(id: string): Promise<readonly RevisionInfo[]> {
    return await this.#parts.store.revisions((await this.#find(id)).id)
  }

  async revision(id: string, number: number): Promise<ChatbotRevision> {
    const stored = await this.#find(id)
    const revision = await this.#parts.store.revision(stored.id, number)
    if (!revision) throw new AppError('chatbot_revision_not_found')
    const { definition, ...info } = revision
    return { ...info, fields: JSON.parse(definition) as ChatbotFields }
  }

  async history(id: string, limit: number): Promise<readonly ChatbotNote[]> {
    return await this.#parts.store.history((await this.#find(id)).id, limit)
  }

  async usage(id: string, days: number): Promise<ChatbotUsage> {
    const stored = await this.#find(id)
    const { store, quotas } = this.#parts
    const [used, daily] = await Promise.all([store.usage(stored.id), store.dailyUsage(stored.id, days)])
    return { ...used, ...quotas.effective(stored), days: daily }
  }

  async #publish(stored: StoredChatbot, fields: ChatbotFields, from: number | null): Promise<Chatbot> {
    const { definition, hash } = this.#parts.judge.revision(stored.id, fields)
    const place = { id: stored.id, version: stored.version, by: this.#actor.name }
    const published = await this.#parts.store.publish(place, { hash, definition, from })
    return await this.#told(stored.id, published)
  }

  async #change(stored: StoredChatbot, change: ChatbotChange): Promise<Chatbot> {
    const place = { id: stored.id, version: stored.version, by: this.#actor.name }
    return await this.#told(stored.id, await this.#parts.store.change(place, change))
  }

  /** The directory of this process knows at once; those of others a moment later. */
  async #told(id: string, changed: StoredChatbot | undefined): Promise<Chatbot> {
    if (!changed) throw changedMeanwhile((await this.#find(id)).version)
    // The change is made; what cannot be read now is read with the changes of others.
    await this.#parts.directory.refresh().catch(() => undefined)
    return toChatbot(changed)
  }

  /** A chatbot that may be changed. */
  async #open({ id, version }: ChatbotVersion): Promise<StoredChatbot> {
    const stored = await this.#find(id, version)
    if (stored.archivedAt !== null) throw new AppError('chatbot_archived')
    return stored
  }

  async #find(given: string, version?: number): Promise<StoredChatbot> {
    const id = parseChatbotId(given)
    const stored = id && (await this.#parts.store.find(id))
    if (!stored || !this.#owns(stored)) throw new AppError('chatbot_not_found')
    if (version !== undefined && version !== stored.version) throw changedMeanwhile(stored.version)
    return stored
  }

  /** Bots in code are the server's. */
  async #sees(id: string): Promise<boolean> {
    if (this.#parts.judge.isCode(id)) return this.#actor.unrestricted
    const stored = await this.#parts.store.find(id)
    return stored !== undefined && this.#owns(stored)
  }

  #owns({ owner }: StoredChatbot): boolean {
    const { unrestricted, account } = this.#actor
    return unrestricted || (owner !== null && owner === account)
  }

  async #ownerOf(asked: number | undefined): Promise<number | null> {
    const { account, unrestricted } = this.#actor
    if (asked === undefined || asked === account) return account
    if (!unrestricted) throw new AppError('forbidden')
    if (await this.#parts.accounts.find(asked)) return asked
    throw invalidChatbot(`\`owner\` is ${asked}, which is no account; write the id of one.`)
  }
}

function changedMeanwhile(version: number): AppError {
  return new AppError('chatbot_changed', { params: { version } })
}

function fieldsOf({ draft }: StoredChatbot): ChatbotFields {
  return JSON.parse(draft) as ChatbotFields
}

function changedFields(before: ChatbotFields, after: ChatbotFields): readonly string[] {
  const one = new Map<string, unknown>(Object.entries(before))
  const other = new Map<string, unknown>(Object.entries(after))
  const names = new Set([...one.keys(), ...other.keys()])
  return [...names].filter((name) => JSON.stringify(one.get(name)) !== JSON.stringify(other.get(name)))
}

function toChatbot({ archivedAt, draft, ...stored }: StoredChatbot): Chatbot {
  return { ...stored, archived: archivedAt !== null, draft: JSON.parse(draft) as ChatbotFields }
}
