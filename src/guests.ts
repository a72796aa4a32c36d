/** Counts the messages of people who have not signed in, for bots that answer only so many. */
export interface Guests {
  /** Counts a message. One that came before under its `messageId` is not counted again. */
  admit(message: GuestMessage): Promise<GuestStanding>
}

export interface GuestMessage {
  readonly bot: string
  /** Messages that are free: in the session, and from the address. */
  readonly freeMessages: number
  readonly sessionId: string
  /** Undefined when it says nothing about who asks. */
  readonly address: string | undefined
  readonly messageId?: string | undefined
}

export interface GuestStanding {
  /** False when the free messages were used up before. */
  readonly allowed: boolean
  /** True when this was the last that is free. */
  readonly requiresAuthNext: boolean
  /** Takes the message back, when nobody answered it. */
  giveBack(): Promise<void>
}
