import type { Config } from '../config.ts'

/** Where the server of this configuration answers on this computer. */
export function serverUrl({ HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>): string {
  const everywhere = ['0.0.0.0', '::'].includes(HOST)
  const host = everywhere ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST
  return `http://${host}:${PORT}`
}
