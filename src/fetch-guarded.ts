import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Agent, Response } from 'undici'
import { AppError } from './errors.ts'

export interface GuardedFetchOptions {
  /** Hosts that may be in a network of our own; all others have to be public. */
  readonly ownHosts: readonly string[]
  /** Of the body, unpacked. */
  readonly maxBytes: number
  /** For everything, redirects included, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface FetchedFile {
  readonly bytes: Uint8Array
  /** Where it was in the end. */
  readonly url: string
  readonly contentType: string | undefined
  /** `Content-Disposition`, where servers say what a file is called. */
  readonly disposition: string | undefined
}

const MOST_REDIRECTS = 5

/**
 * Fetches what somebody else has named, without letting them reach what only this server can: each address that is
 * connected to, also after a redirect, has to be public, whatever its name says. Throws `address_refused`,
 * `address_unreadable` or `document_too_large`.
 */
export async function fetchGuarded(address: string, options: GuardedFetchOptions): Promise<FetchedFile> {
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([options.signal, timeout])
  const { Agent } = await import('undici')
  const agent = new Agent({ connect: { lookup: guardedLookup(options.ownHosts) } })
  try {
    return await follow(address, { ...options, signal }, agent)
  } catch (error) {
    options.signal.throwIfAborted()
    if (timeout.aborted)
      throw unreadable(`it took longer than ${Math.round(options.timeoutMs / 1_000)} seconds`)
    throw toRefusal(error)
  } finally {
    // Not waited for: what is left of a body that was too large may still come.
    void agent.destroy().catch(() => undefined)
  }
}

async function follow(address: string, options: GuardedFetchOptions, agent: Agent): Promise<FetchedFile> {
  const { fetch } = await import('undici')
  let url = requireWebAddress(address, options.ownHosts)
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, { dispatcher: agent, redirect: 'manual', signal: options.signal })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) {
      if (!response.ok) throw unreadable(`it answers with status ${response.status}`)
      const contentType = response.headers.get('content-type') ?? undefined
      const disposition = response.headers.get('content-disposition') ?? undefined
      return { bytes: await readBody(response, options.maxBytes), url: url.href, contentType, disposition }
    }
    await response.body?.cancel()
    url = requireWebAddress(new URL(location, url).href, options.ownHosts)
  }
  throw unreadable(`it leads on more than ${MOST_REDIRECTS} times`)
}

function requireWebAddress(address: string, ownHosts: readonly string[]): URL {
  const url = URL.parse(address)
  if (!url) throw refused('it is no web address')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('only http and https are')
  if (url.username !== '' || url.password !== '') throw refused('it holds a user name or a password')
  const host = url.hostname.replaceAll(/[[\]]/g, '')
  // Literal addresses are connected to without being looked up.
  if (isIP(host) !== 0 && !ownHosts.includes(host) && !isPublic(host)) throw notPublic()
  return url
}

/** Looks a name up and gives the connection only what was checked, so that the name cannot mean another place then. */
function guardedLookup(ownHosts: readonly string[]): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const own = ownHosts.includes(hostname.toLowerCase())
      if (error) callback(error, [])
      else if (!own && !found.every(({ address }) => isPublic(address))) callback(notPublic(), [])
      else if (options.all) callback(null, found)
      else callback(null, found[0]?.address ?? '', found[0]?.family)
    })
  }
}

/** Not of a private, local, link-local or other special network; addresses that hold another one are judged by that. */
function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const plain = ipaddr.process(address)
  return plain.range() === 'unicast' && plain.toString() !== OF_AZURE && !isOldMapping(plain)
}

/** What machines of Azure alone reach, and find secrets at. Source: Microsoft, "What is IP address 168.63.129.16?". */
const OF_AZURE = '168.63.129.16'

/** An IPv4 address in the form that was given up, `::10.0.0.1`. Source: RFC 4291, 2.5.5.1. */
function isOldMapping(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address instanceof ipaddr.IPv6 && address.parts.slice(0, 6).every((part) => part === 0)
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = Number(response.headers.get('content-length') ?? 0)
  if (size > maxBytes) throw tooLarge(maxBytes)
  size = 0
  for await (const part of response.body ?? []) {
    const bytes = part as Uint8Array
    size += bytes.byteLength
    if (size > maxBytes) throw tooLarge(maxBytes)
    parts.push(bytes)
  }
  return Buffer.concat(parts)
}

function tooLarge(limit: number): AppError {
  const problem = `it has more than ${Math.round(limit / 1_048_576)} MB`
  return new AppError('document_too_large', { params: { problem } })
}

/** What was thrown while connecting comes as the cause of the library's own error. */
function toRefusal(error: unknown): AppError {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof AppError) return cause
  return new AppError('address_unreadable', { params: { problem: 'nobody answers there' }, cause: error })
}

function notPublic(): AppError {
  return refused('it leads into a network that is not public')
}

function refused(problem: string): AppError {
  return new AppError('address_refused', { params: { problem } })
}

function unreadable(problem: string): AppError {
  return new AppError('address_unreadable', { params: { problem } })
}
