import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { bearerOf, isOneOf } from './bearer.ts'
import { hidesClient, isLocal } from './local-clients.ts'
import { managesServer, type Gate, type GateHook } from './principal.ts'

export interface OperatorGuardOptions {
  /** Knows the tokens of who manages the server; absent when there are no accounts. */
  readonly gate: Gate | undefined
  /** The secret of programs that only read. */
  readonly token: string | undefined
  /** Addresses and nets (`10.0.0.0/8`) that need no token. */
  readonly allowed: readonly string[]
  /** True outside production: whoever sits at this computer needs no token. */
  readonly open: boolean
}

/** Who may read how the server is, and who may change it. */
export interface OperatorGuard {
  /** Who manages the server, holders of the token, and the addresses that are allowed; everybody else gets 401 or 403. */
  readonly read: GateHook
  /** True for whom `read` lets through, without counting or refusing. */
  mayRead(request: FastifyRequest): Promise<boolean>
  /** Who manages the server, and whoever sits at this computer outside production. */
  readonly change: GateHook
}

/** Makes the guard of everything that tells how the server is. */
export function createOperatorGuard({ gate, token, allowed, open }: OperatorGuardOptions): OperatorGuard {
  const list = toBlockList(allowed)
  const isHere = (request: FastifyRequest): boolean => open && isOperatorHere(request)
  const isKnown = (request: FastifyRequest): boolean => {
    const given = bearerOf(request)
    if (given !== undefined && token !== undefined && isOneOf(given, [token])) return true
    return isHere(request) || (!hidesClient(request) && isListed(list, request.ip))
  }
  const requireManager: GateHook = async (request, reply) => {
    if (!gate) throw new AppError('forbidden')
    await gate.managing(request, reply)
  }
  return {
    read: async (request, reply) => {
      if (!isKnown(request)) await requireManager(request, reply)
    },
    mayRead: async (request) => {
      if (isKnown(request)) return true
      // The words of `/health/detailed` are wanted most while the database is away.
      const principal = await gate?.identify(request).catch(() => undefined)
      return principal !== undefined && managesServer(principal)
    },
    change: async (request, reply) => {
      if (!isHere(request) || bearerOf(request) !== undefined) await requireManager(request, reply)
    },
  }
}

/** From this computer, asked by its own name or a page of its own, and not handed on by a proxy. */
function isOperatorHere(request: FastifyRequest): boolean {
  const { host = '', origin } = request.headers
  // A browser here also speaks for strangers: by pages of theirs, and by names of theirs that lead here.
  const isAskedHere = isOwnName(`http://${host}`) && (origin === undefined || isOwnName(origin))
  return isAskedHere && isLocal(request)
}

function isOwnName(address: string): boolean {
  return /^(?:localhost|\[::1\]|127\.[\d.]+)$/.test(URL.parse(address)?.hostname ?? '')
}

function toBlockList(allowed: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of allowed) {
    const [address = '', prefix] = entry.split('/')
    const family = FAMILIES[isIP(address)]
    if (family) list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return list
}

const FAMILIES: Readonly<Record<number, 'ipv4' | 'ipv6'>> = { 4: 'ipv4', 6: 'ipv6' }

function isListed(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  const family = FAMILIES[isIP(plain)]
  return family !== undefined && list.check(plain, family)
}
