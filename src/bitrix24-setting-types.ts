import { z } from 'zod'
import type { SettingType } from './setting-types.ts'

/** The address of a portal, without a slash at the end; unencrypted on this computer alone. */
export const bitrixDomain: SettingType<string> = z
  .string()
  .transform((text, context) => toPortalOrigin(text) ?? refuse(context))
  .describe('the address of a portal such as `https://example.bitrix24.ru`, with or without `https://`')

/** A portal with the application that serves it. */
export interface BitrixApplication {
  readonly origin: string
  readonly clientId: string
  readonly clientSecret: string
}

export const bitrixPortals: SettingType<readonly BitrixApplication[]> = z
  .string()
  .transform((text, context) => {
    const portals = partsOf(text).map(toApplication)
    return portals.every((portal) => portal !== undefined) && portals.length > 0 ? portals : refuse(context)
  })
  .describe('portals such as `example.bitrix24.ru=local.0a1b:secret`, separated by commas')

/** A key for stored tokens and the name by which they say which key they need. */
export interface TokenKey {
  readonly id: string
  /** 32 bytes. */
  readonly key: Buffer
}

export const tokenKeys: SettingType<readonly TokenKey[]> = z
  .string()
  .transform((text, context) => {
    const keys = partsOf(text).map(toTokenKey)
    return keys.every((key) => key !== undefined) && keys.length > 0 ? keys : refuse(context)
  })
  .describe('keys such as `2026=…`, each 32 bytes in base64 (`openssl rand -base64 32`), separated by commas')

function partsOf(text: string): readonly string[] {
  return text.split(',').flatMap((part) => part.trim() || [])
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue('not in this form')
  return z.NEVER
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function toPortalOrigin(text: string): string | undefined {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`)
  if (!url || url.hostname === '' || !['', '/'].includes(url.pathname)) return undefined
  if (url.username !== '' || url.search !== '' || url.hash !== '') return undefined
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
    ? url.origin
    : undefined
}

function toApplication(text: string): BitrixApplication | undefined {
  const [, domain = '', clientId = '', clientSecret = ''] = /^([^=]+)=([^:\s]+):(\S+)$/.exec(text) ?? []
  const origin = toPortalOrigin(domain)
  return origin === undefined || clientSecret === '' ? undefined : { origin, clientId, clientSecret }
}

function toTokenKey(text: string): TokenKey | undefined {
  const [, id = '', encoded = ''] = /^([\w-]{1,32})=([A-Za-z\d+/_-]{43}=?)$/.exec(text) ?? []
  const key = Buffer.from(encoded, 'base64')
  return id !== '' && key.length === 32 ? { id, key } : undefined
}
