import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { TokenKey } from '../../bitrix24-setting-types.ts'
import { AppError } from '../../errors.ts'

/** The key that is derived from the client secret. */
const DERIVED = 'client'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts the tokens of one portal for the database (AES-256-GCM). What is sealed names its key, so that keys can be
 * changed: the first key seals, all of them open. It opens for its portal and purpose only.
 */
export class TokenSeal {
  readonly #keys: readonly [TokenKey, ...TokenKey[]]
  readonly #origin: string

  constructor(origin: string, clientSecret: string, keys: readonly TokenKey[] = []) {
    const derived = Buffer.from(hkdfSync('sha256', clientSecret, '', 'botyard bitrix24 tokens', 32))
    const last = { id: DERIVED, key: derived }
    const [first = last, ...others] = keys
    this.#keys = first === last ? [last] : [first, ...others, last]
    this.#origin = origin
  }

  seal(text: string, purpose: string): string {
    const [{ id, key }] = this.#keys
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(this.#context(purpose))
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return `${id}.${Buffer.concat(sealed).toString('base64url')}`
  }

  /** Throws `channel_unauthorized` when no key fits or the text was changed. */
  open(sealed: string, purpose: string): string {
    const [id = '', content = ''] = sealed.split('.')
    const key = this.#keys.find((known) => known.id === id)?.key
    const bytes = Buffer.from(content, 'base64url')
    if (!key || bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable(`no key ${JSON.stringify(id)}`)
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(this.#context(purpose))
      .setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString()
    } catch {
      throw unreadable('it was changed, or the key is another one')
    }
  }

  /** False for what an older key has sealed. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${this.#keys[0].id}.`)
  }

  #context(purpose: string): Buffer {
    return Buffer.from(`${this.#origin} ${purpose}`)
  }
}

function unreadable(reason: string): AppError {
  return new AppError('channel_unauthorized', {
    cause: new Error(`A stored token of Bitrix24 cannot be decrypted: ${reason}`),
  })
}
