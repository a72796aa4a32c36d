import { randomBytes } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { FileEvent } from '../../events.ts'
import type { PoeAmount, PoeBotCall, PoeCallOptions, PoeOrigin, PoeUpload } from '../../origin.ts'
import type { PoeParameters } from '../../poe-parameters.ts'
import { PROTOCOL_VERSION, type PoeApi } from './poe-api.ts'
import type { PoeQuery } from './poe-requests.ts'

/** Files of one answer that Poe takes. */
const MOST_FILES = 20

export interface QueryOriginOptions {
  readonly api: PoeApi
  readonly accessKey: string
  readonly parameters: PoeParameters
  /** What the bot last stored in the conversation. */
  readonly metadata: string | undefined
  /** Bots that may be called, and how often. */
  readonly dependencies: Readonly<Record<string, number>>
  /** A cost was to be authorized or captured, and the query names nothing to charge. */
  readonly onNothingToCharge: (step: 'authorize' | 'capture') => void
}

/** One query of Poe, for the tools and the model that answer it. The access key is in no property, so no log shows it. */
export class QueryOrigin implements PoeOrigin {
  readonly channel = 'poe'
  readonly userId: string
  readonly conversationId: string
  readonly messageId: string
  readonly languageCode: string
  readonly parameters: PoeParameters
  readonly metadata: string | undefined
  readonly #query: PoeQuery
  readonly #options: QueryOriginOptions
  readonly #calls = new Map<string, number>()
  #files = 0

  constructor(query: PoeQuery, options: QueryOriginOptions) {
    this.userId = query.user_id
    this.conversationId = query.conversation_id
    this.messageId = query.message_id
    this.languageCode = query.language_code
    this.parameters = options.parameters
    this.metadata = options.metadata
    this.#query = query
    this.#options = options
  }

  async uploadFile(file: PoeUpload, { signal }: PoeCallOptions = {}): Promise<FileEvent> {
    if (++this.#files > MOST_FILES)
      throw new AppError('poe_upload_failed', { cause: new Error(`an answer takes ${MOST_FILES} files`) })
    const { api, accessKey } = this.#options
    const { url, contentType } = await api.upload(accessKey, file, signal)
    const inlineRef = file.inline ? randomBytes(4).toString('hex') : undefined
    return { type: 'file', name: file.name, url, contentType, ...(inlineRef && { inlineRef }) }
  }

  authorizeCost(amounts: readonly PoeAmount[], options?: PoeCallOptions): Promise<void> {
    return this.#cost('authorize', amounts, options)
  }

  captureCost(amounts: readonly PoeAmount[], options?: PoeCallOptions): Promise<void> {
    return this.#cost('capture', amounts, options)
  }

  callBot(name: string): PoeBotCall {
    const declared = this.#options.dependencies[name] ?? 0
    const calls = (this.#calls.get(name) ?? 0) + 1
    this.#calls.set(name, calls)
    if (calls > declared) {
      const cause = new Error(
        `poe.dependencies of the bot allow ${declared} calls of ${name}; this is call ${calls}`,
      )
      throw new AppError('model_rejected', { cause })
    }
    const { user_id, conversation_id, message_id, metadata, bot_query_id, language_code, users } = this.#query
    const fields = { user_id, conversation_id, message_id, metadata, bot_query_id, language_code }
    return {
      accessKey: this.#options.accessKey,
      fields: { version: PROTOCOL_VERSION, type: 'query', ...fields, ...(users && { users }) },
    }
  }

  async #cost(
    step: 'authorize' | 'capture',
    amounts: readonly PoeAmount[],
    { signal }: PoeCallOptions = {},
  ): Promise<void> {
    const botQueryId = this.#query.bot_query_id
    const { api, accessKey, onNothingToCharge } = this.#options
    if (botQueryId === '') {
      // Only who has the key may ask for nothing, as tests of the bot do.
      if (accessKey !== '') return onNothingToCharge(step)
      throw new AppError('poe_unavailable', { cause: new Error('the query names no bot_query_id to charge') })
    }
    await api.cost({ step, botQueryId, accessKey, amounts, ...(signal && { signal }) })
  }
}
