/** What is kept of the Bitrix24 portals, for all replicas. The channel uses it, the store implements it. */
export interface BitrixPortals {
  /** Undefined when the application is not installed there. */
  find(origin: string): Promise<BitrixPortal | undefined>
  /** Keeps new tokens, whoever refreshes the old ones; what is known of the bot and of fetching stays. */
  install(installation: BitrixInstallation): Promise<void>
  /** Forgets a portal: its application was removed. */
  remove(origin: string): Promise<void>
  /**
   * Lets one caller at a time refresh the tokens of `version`, for `leaseMs`. False while another does, or when they
   * were refreshed already.
   */
  claimRefresh(claim: RefreshClaim): Promise<boolean>
  /** Keeps refreshed tokens and ends the claim. False when the claim was lost: the tokens of the other one count. */
  keepTokens(origin: string, owner: string, tokens: SealedTokens): Promise<boolean>
  /** Ends a claim that brought nothing. */
  releaseRefresh(origin: string, owner: string): Promise<void>
  /** Seals the same tokens and application token anew, unless others have taken their place. */
  reseal(portal: Pick<BitrixPortal, 'origin' | 'version' | 'applicationToken'> & SealedTokens): Promise<void>
  keepBot(origin: string, bot: BitrixBot | null): Promise<void>
  keepApplicationToken(origin: string, sealed: string): Promise<void>
  /** The offset to fetch from, for the one caller who may fetch during `leaseMs`; undefined while another does. */
  claimFetch(claim: Omit<RefreshClaim, 'version'>): Promise<number | undefined>
  /** Moves the offset for whoever holds the claim. */
  keepOffset(origin: string, owner: string, offset: number): Promise<void>
  /** Keeps the state of an authorization that has begun; those that have expired are forgotten. */
  keepState(state: OAuthState): Promise<void>
  /** Uses a state up, right or wrong; the portal it was for when session and time fit. */
  useState(state: Pick<OAuthState, 'hash' | 'sessionHash'>): Promise<string | undefined>
}

/** Encrypted; only the channel can read them. */
export interface SealedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** The authorization server that refreshes them. */
  readonly authServer: string
}

export interface BitrixInstallation extends SealedTokens {
  /** The portal's address. */
  readonly origin: string
  /** Names the portal for good, whatever its address. */
  readonly memberId: string
  /** Encrypted: what events show; null leaves the known one. */
  readonly applicationToken: string | null
}

export interface BitrixPortal extends Omit<BitrixInstallation, 'applicationToken'> {
  readonly applicationToken: string | null
  /** Counts the tokens. */
  readonly version: number
  readonly bot: BitrixBot | null
}

/** Our bot as the portal knows it. */
export interface BitrixBot {
  readonly id: number
  /** The API it was registered with; events come in its format. */
  readonly api: 'v1' | 'v2'
  readonly eventMode: 'fetch' | 'webhook'
}

export interface RefreshClaim {
  readonly origin: string
  readonly version: number
  readonly owner: string
  readonly leaseMs: number
}

export interface OAuthState {
  readonly hash: string
  /** Of the secret in the browser that began. */
  readonly sessionHash: string
  readonly origin: string
  readonly lifetimeMs: number
}
