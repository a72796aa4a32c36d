import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** Some proxies write the port along, which is another one with each connection. */
const WITH_PORT = /^(?:\[([^\]]*)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/

/** Where a request came from, for counting: one subscriber has a whole /64 of IPv6 addresses. */
export function clientAddress({ ip }: Pick<FastifyRequest, 'ip'>): string {
  const [, bracketed, plain] = WITH_PORT.exec(ip) ?? []
  const address = bracketed ?? plain ?? ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address
  return networkOf(address)
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const missing = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0')
  const network = [...groups, ...missing, ...after].slice(0, 4)
  return network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
