import { setTimeout as delay } from 'node:timers/promises'
import { createApp, type App, type AppOptions } from './app.ts'
import { createPatiently } from './app/create-patiently.ts'
import type { Config } from './config.ts'
import { AppError } from './errors.ts'
import type { Feature } from './summary.ts'

export interface ServeOptions extends AppOptions {
  /** Told once, when requests are taken. */
  readonly onListening: (started: StartedServer) => void
}

export interface StartedServer {
  /** Where a browser on this machine finds the server. */
  readonly url: string
  readonly summary: readonly Feature[]
}

/** How long readers may take to receive the end of their streams. */
const LAST_FRAMES_MS = 1_000

/**
 * Runs the server until a signal asks it to stop, then drains: `/readyz` fails at once while requests are still
 * taken (`DRAIN_LINGER_MS`, for load balancers to look away), the listener closes, each socket ends with its stream,
 * what still runs after `DRAIN_TIMEOUT_MS` is interrupted politely. Resolves with the exit code. A second signal
 * exits the process at once.
 */
export async function serve({ onListening, ...options }: ServeOptions): Promise<number> {
  const { config, log } = options
  // Until here a signal ends the process as it always does: there is nothing to finish yet.
  const app = await createPatiently(() => createApp(options), options)
  const stop = listenForSignals()
  try {
    await listen(app, options)
    await app.start()
    onListening({ url: urlOf(app, config), summary: app.summary })
  } catch (error) {
    await app.close()
    throw error
  }
  // PM2 with `wait_ready` keeps the old process until it hears this.
  process.send?.('ready')
  void app.warm()
  const signal = await stop.requested
  const began = performance.now()
  log.info({ signal }, 'stopping: finishing the running answers')
  await drain(app, { lingerMs: config.DRAIN_LINGER_MS, timeoutMs: config.DRAIN_TIMEOUT_MS })
  await app.close()
  log.info({ ms: Math.round(performance.now() - began) }, 'stopped')
  stop.dispose()
  return 0
}

async function listen({ server }: App, { config }: AppOptions): Promise<void> {
  const { HOST: host, PORT: port } = config
  try {
    await server.listen({ host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    const problem = `Port ${port} on ${host} is already in use. Stop the program that uses it, or set PORT to another one.`
    throw new AppError('invalid_configuration', { params: { problem }, cause: error })
  }
}

/** Addresses that `localhost` reaches: the loopback ones by default, and those that stand for all of this computer. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::'])

function urlOf({ server }: App, { APP_URL, HOST }: Config): string {
  const address = server.server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const host = LOCAL_HOSTS.has(HOST) ? 'localhost' : HOST.includes(':') ? `[${HOST}]` : HOST
  return APP_URL ?? `http://${host}:${port}`
}

interface DrainTimes {
  readonly lingerMs: number
  readonly timeoutMs: number
}

async function drain(app: App, { lingerMs, timeoutMs }: DrainTimes): Promise<void> {
  app.beginDrain()
  await delay(lingerMs)
  const served = app.stopListening()
  const began = performance.now()
  await app.drainTurns(timeoutMs)
  // Readers of answers that other replicas write are still here; and the last frames of our own are on their way.
  const left = Math.max(LAST_FRAMES_MS, timeoutMs - (performance.now() - began))
  await Promise.race([served, delay(left, undefined, { ref: false })])
}

interface StopRequest {
  readonly requested: Promise<string>
  dispose(): void
}

/** SIGTERM (systemd, Kubernetes), SIGINT (Ctrl-C, PM2) and PM2's message `shutdown`. */
function listenForSignals(): StopRequest {
  const { promise: requested, resolve } = Promise.withResolvers<string>()
  let asked = false
  const request = (name: string): void => {
    if (asked) process.exit(130)
    asked = true
    resolve(name)
  }
  const onMessage = (message: unknown): void => {
    if (message === 'shutdown') request('shutdown')
  }
  process.on('SIGTERM', request).on('SIGINT', request).on('message', onMessage)
  return {
    requested,
    dispose: () => void process.off('SIGTERM', request).off('SIGINT', request).off('message', onMessage),
  }
}
