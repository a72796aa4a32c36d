import { hash, verify } from '@node-rs/argon2'
import type { PasswordWork } from './password-work.ts'

/** Makes and compares password hashes: Argon2id with the library's cost, 19 MiB and two passes. */
export class Passwords {
  readonly #work: PasswordWork
  #nobody: Promise<string> | undefined

  constructor(work: PasswordWork) {
    this.#work = work
  }

  /** A hash to be kept. Throws `sign_in_busy`. */
  hash(password: string): Promise<string> {
    return this.#work.run(() => hash(password))
  }

  /** Tells whether a password is right, as slowly when there is nobody whose it could be. Throws `sign_in_busy`. */
  async matches(password: string, kept: string | null | undefined): Promise<boolean> {
    const right = await this.#work.run(async () => {
      this.#nobody ??= hash('nobody has this password')
      return verify(kept ?? (await this.#nobody), password)
    })
    return right && typeof kept === 'string'
  }
}
