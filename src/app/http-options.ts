import type { Config } from '../config.ts'
import type { HttpServerOptions } from '../http/http-server.ts'

type ConfiguredOptions = Pick<
  HttpServerOptions,
  'maxBodyBytes' | 'keepAliveTimeoutMs' | 'headersTimeoutMs' | 'corsOrigins' | 'trustProxy' | 'publicUrl'
>

/** What every HTTP server of a process takes from the configuration. */
export function toHttpOptions(config: Config): ConfiguredOptions {
  return {
    maxBodyBytes: config.MAX_BODY_BYTES,
    keepAliveTimeoutMs: config.HTTP_KEEP_ALIVE_TIMEOUT,
    headersTimeoutMs: config.HTTP_HEADERS_TIMEOUT,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    publicUrl: config.APP_URL,
  }
}
