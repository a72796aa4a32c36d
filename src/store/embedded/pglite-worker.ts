import { setFlagsFromString } from 'node:v8'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { concatenate } from './wire-protocol.ts'
import { WireSession } from './wire-session.ts'

// The entry of the thread that holds the database: PGlite runs each statement without giving way, so on the main
// thread it would stop every stream. Messages in: WorkerRequest; out: WorkerReport.

/** What the thread is started with. */
export interface WorkerSettings {
  readonly folder: string
  readonly idleTransactionMs: number
  /** One 32-bit counter, raised before and after each batch: odd while a batch runs. */
  readonly activity: SharedArrayBuffer
}

export type WorkerRequest =
  | { readonly type: 'execute'; readonly connection: number; readonly batch: Uint8Array<ArrayBuffer> }
  | { readonly type: 'disconnect'; readonly connection: number }
  | { readonly type: 'close' }

export type WorkerReport =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'reply'; readonly connection: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'drop'; readonly connection: number }
  | { readonly type: 'closed' }

/**
 * How much a WebAssembly function runs before V8 optimises it: V8's own value, and the one the database is compiled
 * with. Optimising the functions of a whole PostgreSQL takes 400 MB and two busy cores during the first seconds,
 * for no measurable gain; with the larger value only what stays hot is optimised.
 */
const TIERING_BUDGET = { standard: 13_000_000, database: 2_147_483_647 } as const

const SERVER_SETTINGS = ['shared_buffers=16MB', 'min_wal_size=32MB', 'max_wal_size=64MB']

const port = parentPort
if (port === null) throw new Error('pglite-worker.ts only runs as a worker thread')
await serve(port, workerData as WorkerSettings)

async function serve(port: NonNullable<typeof parentPort>, settings: WorkerSettings): Promise<void> {
  const report = (message: WorkerReport, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer)
  const database = await open(settings.folder, report)
  if (database === null) return
  const session = new WireSession({
    execute: (batch) => execute(database, batch, new Int32Array(settings.activity)),
    reply: (connection, bytes) => report({ type: 'reply', connection, bytes }, [bytes.buffer]),
    drop: (connection) => report({ type: 'drop', connection }),
    takeIn: () => {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) take(next.message)
    },
    idleTransactionMs: settings.idleTransactionMs,
  })
  const take = (request: WorkerRequest): void => {
    if (request.type === 'execute') void session.submit(request.connection, request.batch)
    else if (request.type === 'disconnect') void session.disconnect(request.connection)
    else void close(database, port, report)
  }
  port.on('message', take)
  report({ type: 'ready' })
}

async function open(folder: string, report: (message: WorkerReport) => void): Promise<PGlite | null> {
  const lastLines: string[] = []
  // Read once, when a module is compiled; set back, because the flag is the whole process's.
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET.database}`)
  try {
    return await PGlite.create(folder, {
      // Costs nothing until a database asks for it with `create extension`.
      extensions: { vector },
      startParams: [...PGlite.defaultStartParams, ...SERVER_SETTINGS.flatMap((setting) => ['-c', setting])],
      // The reason of a failed start is only ever written here.
      onStderr: (line) => {
        lastLines.push(line)
        if (lastLines.length > 20) lastLines.shift()
        return false
      },
    })
  } catch (error) {
    report({ type: 'failed', reason: [String(error), ...lastLines].join('\n') })
    return null
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET.standard}`)
  }
}

async function execute(
  database: PGlite,
  batch: Uint8Array<ArrayBuffer>,
  activity: Int32Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  Atomics.add(activity, 0, 1)
  try {
    // The chunks are views of the database's memory, which the next statement overwrites.
    await database.execProtocolRawStream(batch, { onRawData: (bytes) => chunks.push(bytes.slice()) })
  } finally {
    Atomics.add(activity, 0, 1)
  }
  return concatenate(chunks)
}

async function close(
  database: PGlite,
  port: NonNullable<typeof parentPort>,
  report: (message: WorkerReport) => void,
): Promise<void> {
  await database.close().catch(() => undefined)
  report({ type: 'closed' })
  port.close()
}
