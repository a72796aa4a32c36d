import { randomBytes } from 'node:crypto'
import { Drive, type StoredFile } from './drive.ts'

export interface FakeBitrixApplication {
  readonly clientId: string
  readonly clientSecret: string
}

/** The bot as the portal knows it. */
export interface RegisteredBot {
  readonly id: number
  readonly code: string
  name: string
  readonly api: 'v1' | 'v2'
  eventMode: 'fetch' | 'webhook'
  webhookUrl: string | undefined
  /** Where imbot tells of edits; it does nowhere until it is bound. */
  updateUrl: string | undefined
}

export interface StoredMessage {
  readonly messageId: number
  readonly dialogId: string
  readonly authorId: number
  /** When it was written, Unix milliseconds. */
  readonly at: number
  text: string
  /** What was sent with it. */
  readonly files: readonly StoredFile[]
  /** The texts before the updates, oldest first. */
  readonly earlier: string[]
  keyboard: unknown
  deleted: boolean
}

/** A message as somebody writes it. `at`: default now. */
export type WrittenMessage = Pick<StoredMessage, 'dialogId' | 'authorId' | 'text'> &
  Partial<Pick<StoredMessage, 'at' | 'files'>>

/** An event that waits to be fetched, or was. */
export interface StoredEvent {
  readonly eventId: number
  readonly type: string
  readonly data: object
  readonly date: string
  /** When it was first given out, and when that was confirmed; Unix milliseconds. */
  deliveredAt?: number
  confirmedAt?: number
}

/** A call of the REST API. */
export interface BitrixCall {
  readonly method: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Unix milliseconds. */
  readonly at: number
  /** The HTTP status of the answer; undefined while there is none, or when a fault prevented it. */
  status: number | undefined
}

/** Everything a portal remembers. */
export class PortalState {
  readonly application: FakeBitrixApplication
  readonly memberId = randomBytes(16).toString('hex')
  applicationToken = randomBytes(16).toString('hex')
  /** Access tokens and when they end, Unix milliseconds. */
  readonly accessTokens = new Map<string, number>()
  /** Good ones alone: each is used once. */
  readonly refreshTokens = new Set<string>()
  readonly codes = new Map<string, number>()
  readonly messages: StoredMessage[] = []
  readonly events: StoredEvent[] = []
  readonly calls: BitrixCall[] = []
  readonly typing: { readonly dialogId: string; readonly at: number }[] = []
  bot: RegisteredBot | undefined
  readonly drive = new Drive()
  /** The rights of the application. */
  readonly scope: string
  /** Whether who signs in and installs is an administrator. */
  isAdministrator = true
  #lastId = 100

  constructor(application: FakeBitrixApplication, scope: string = 'imbot') {
    this.application = application
    this.scope = scope
  }

  nextId(): number {
    return ++this.#lastId
  }

  addMessage({ at = Date.now(), files = [], ...written }: WrittenMessage): StoredMessage {
    const message: StoredMessage = {
      messageId: this.nextId(),
      ...written,
      at,
      files,
      earlier: [],
      keyboard: undefined,
      deleted: false,
    }
    this.messages.push(message)
    return message
  }

  /** Tokens as the authorization server grants them. */
  grant(lifetimeSeconds: number): { readonly access_token: string; readonly refresh_token: string } {
    const access = randomBytes(24).toString('hex')
    const refresh = randomBytes(24).toString('hex')
    this.accessTokens.set(access, Date.now() + lifetimeSeconds * 1_000)
    this.refreshTokens.add(refresh)
    return { access_token: access, refresh_token: refresh }
  }
}
