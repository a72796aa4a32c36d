import type { Authenticate } from '../http/principal.ts'
import type { StoredUser } from '../store/store.ts'

/** The door of the accounts room: who people are. */
export interface AccountService {
  /** Throws `email_taken`, or `sign_up_throttled` after many from one address. */
  signUp(person: NewPerson): Promise<SignedIn>
  /** Throws `credentials_invalid`, or `sign_in_throttled` after several failures. */
  signIn(credentials: Credentials): Promise<SignedIn>
  /** Ends the token for good, on every replica. Does nothing when it is not valid. */
  signOut(token: string): Promise<void>
  readonly authenticate: Authenticate
  find(userId: number): Promise<StoredUser | undefined>
  readonly links: IdentityLinks
}

/** Which channel identities (`telegram:123`) belong to which account. */
export interface IdentityLinks {
  /** A code that links the first identity that sends it; the user's earlier one is void. Throws `rate_limited`. */
  newCode(userId: number): Promise<LinkCodeForPerson>
  /** Links the identity to the account of the code. False when the code is wrong, used or expired. Throws `rate_limited`. */
  link(subject: string, code: string): Promise<boolean>
  /** `user:<id>` for an identity that is linked, and the subject itself for any other. */
  resolve(subject: string): Promise<string>
  list(userId: number): Promise<readonly string[]>
  unlink(userId: number, subject: string): Promise<boolean>
}

export interface LinkCodeForPerson {
  /** Two groups of four letters and digits. */
  readonly code: string
  readonly lifetimeSeconds: number
}

export interface NewPerson extends Credentials {
  readonly name: string
}

export interface Credentials {
  readonly email: string
  readonly password: string
  /** Where the request came from, for the throttle. */
  readonly address: string
}

export interface SignedIn {
  readonly token: string
  readonly user: StoredUser
}
