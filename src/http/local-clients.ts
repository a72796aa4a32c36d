import type { FastifyRequest } from 'fastify'

/** Proxies add at least one of these; which one is up to whoever set the proxy up. */
const HANDED_ON = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'via',
  'x-forwarded-host',
  'x-forwarded-proto',
]

/** From this computer, and not handed on: a developer, a probe or a benchmark. */
export function isLocal(request: FastifyRequest): boolean {
  const { remoteAddress = '' } = request.raw.socket
  return /^(?:::1|(?:::ffff:)?127\.[\d.]+)$/.test(remoteAddress) && !isHandedOn(request)
}

/** True when a proxy sent the request for somebody else. */
function isHandedOn({ headers }: FastifyRequest): boolean {
  return HANDED_ON.some((name) => headers[name] !== undefined)
}

/** True when a proxy sent it that we are not told to believe: the address is the proxy's, whoever asks. */
export function hidesClient(request: FastifyRequest): boolean {
  return isHandedOn(request) && request.ip === request.raw.socket.remoteAddress
}
