/** The subject of a signed-in person, such as `user:7`. */
export type Account = `${typeof ACCOUNT_PREFIX}${number}`

/** What the subjects of accounts begin with, and no others. */
export const ACCOUNT_PREFIX = 'user:'

/** Who asks for an answer by its id. What was given to others does not exist for them. */
export interface AnswerClaim {
  /** Answers of other channels are not found. */
  readonly channel: string
  /**
   * Who has signed in, or null for nobody: an answer given to an account is found by that account alone. `any` is for
   * channels that know by themselves that the answer was given to who asks, such as from its conversation.
   */
  readonly account: Account | null | 'any'
}

export interface ClaimedAnswer extends AnswerClaim {
  readonly turnId: string
}

/** To whom an answer was given. */
export interface AnswerOwner {
  readonly channel: string
  readonly subject: string
}

/** True when the claim finds answers of that owner; `isClaimed` of the store says the same in SQL. */
export function finds({ channel, account }: AnswerClaim, owner: AnswerOwner): boolean {
  if (channel !== owner.channel) return false
  return account === 'any' || account === owner.subject || !owner.subject.startsWith(ACCOUNT_PREFIX)
}
