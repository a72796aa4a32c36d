/** People with an account, and the tokens they have signed out. */
export interface Accounts {
  /** Undefined when somebody has the address. */
  create(user: NewUser): Promise<StoredUser | undefined>
  find(id: number): Promise<StoredUser | undefined>
  findByEmail(email: string): Promise<(StoredUser & { readonly passwordHash: string | null }) | undefined>
  setRole(id: number, role: StoredUser['role']): Promise<void>
  /** The role of a user; undefined when there is no such user or the token was signed out. */
  roleOf(id: number, tokenId: string): Promise<StoredUser['role'] | undefined>
  /** From now on the token is not valid any more; kept until it would have expired. */
  endToken(tokenId: string, expiresAt: Date): Promise<void>
  isEnded(tokenId: string): Promise<boolean>
  /** Deletes what has expired: ended tokens and codes. */
  forgetExpired(): Promise<void>
}

export interface NewUser {
  /** In lower case. */
  readonly email: string
  readonly name: string
  readonly passwordHash: string
}

export interface StoredUser {
  readonly id: number
  /** Null for people whom another issuer's tokens brought. */
  readonly email: string | null
  readonly name: string
  readonly role: 'user' | 'operator' | 'admin'
  readonly createdAt: Date
}

/** Which subjects of channels (`telegram:123`) and of other issuers belong to which user. */
export interface Identities {
  ownerOf(subject: string): Promise<number | undefined>
  ofUser(userId: number): Promise<readonly string[]>
  /** False when the subject is not linked to the user. */
  unlink(userId: number, subject: string): Promise<boolean>
  /** Keeps a one-time code; the user's earlier ones are forgotten. */
  keepCode(code: LinkCode): Promise<void>
  /** Uses a code up and links the subject to its user. Undefined when the code is wrong, used or expired. */
  redeem(hash: string, subject: string): Promise<number | undefined>
  /** The user behind a subject of another issuer, created when it comes for the first time. */
  findOrCreate(user: ForeignUser): Promise<number>
}

export interface LinkCode {
  readonly userId: number
  /** Of the code, so that a reader of the table cannot use it. */
  readonly hash: string
  readonly lifetimeMs: number
}

export interface ForeignUser {
  readonly subject: string
  readonly email: string | null
  readonly name: string
}
