import { BlockList, isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { hidesClient, isLocal } from './local-clients.ts'

/** True for requests that no limit counts. */
export type IsExempt = (request: FastifyRequest) => boolean

/** Exempts this computer, and the addresses and nets (`10.0.0.0/8`) that are named. */
export function createExemption(named: readonly string[] = []): IsExempt {
  const list = new BlockList()
  for (const entry of named) {
    const [address = '', bits] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (request) => {
    const { ip } = request
    return isLocal(request) || (!hidesClient(request) && list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4'))
  }
}
