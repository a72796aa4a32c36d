/** Guide 002's flags: switches of features that operators turn while the server runs. */
export const FLAG_NAMES = ['streaming', 'tts', 'abTest', 'metrics'] as const
export type FlagName = (typeof FLAG_NAMES)[number]

/** What is known of who asks. The first that is there counts, in this order. Source: guide 002. */
export interface FlagSubject {
  readonly userId?: string | undefined
  readonly sessionId?: string | undefined
  readonly ip?: string | undefined
  readonly chatbotId?: string | undefined
}

/** Asks flags; costs no waiting. */
export interface FlagReader {
  isOn(name: FlagName, subject: FlagSubject): boolean
}
