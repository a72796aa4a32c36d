/** Something on its way between a replica and the world around it, as the drill sees it pass. */
export interface Passing {
  readonly replica: string
  /** `webhook`: an update on its way to the replica. The others: a call of the replica. */
  readonly service: 'webhook' | 'messenger' | 'openai' | 'cohere' | 'anthropic'
  /** The name of the method for the messenger, otherwise the path. */
  readonly method: string
  /** `going`: nothing has happened yet. `returning`: the other side has done it, and nobody has been told. */
  readonly stage: 'going' | 'returning'
}

export type OnPass = (passing: Passing) => void
