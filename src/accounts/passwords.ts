import { hash, verify } from '@node-rs/argon2'

/** A hash to be kept: Argon2id with the library's cost, 19 MiB and two passes. */
export function hashPassword(password: string): Promise<string> {
  return hash(password)
}

/** Tells whether a password is right, and takes as long when there is nobody whose password it could be. */
export class PasswordCheck {
  #nobody: Promise<string> | undefined

  async matches(password: string, kept: string | null | undefined): Promise<boolean> {
    this.#nobody ??= hash('nobody has this password')
    const right = await verify(kept ?? (await this.#nobody), password)
    return right && typeof kept === 'string'
  }
}
