// The few parts of the PostgreSQL message protocol (version 3) that the embedded server has to understand:
// https://www.postgresql.org/docs/current/protocol-message-formats.html

/** First byte of the messages that are looked at; everything else passes through unread. */
const MESSAGE = {
  authentication: 0x52, // R
  backendKeyData: 0x4b, // K
  commandComplete: 0x43, // C
  copyDone: 0x63, // c
  copyFail: 0x66, // f
  flush: 0x48, // H
  notification: 0x41, // A
  parameterStatus: 0x53, // S, from the server
  query: 0x51, // Q
  readyForQuery: 0x5a, // Z
  sync: 0x53, // S, from the client
  terminate: 0x58, // X
} as const

/** Client messages after which the server answers: what was collected up to here is executed as one batch. */
const ENDS_BATCH: ReadonlySet<number> = new Set([
  MESSAGE.sync,
  MESSAGE.query,
  MESSAGE.flush,
  MESSAGE.copyDone,
  MESSAGE.copyFail,
])

const HEADER_BYTES = 5

/** One message inside a buffer: its type byte and where it begins and ends. */
interface Frame {
  readonly type: number
  readonly start: number
  readonly end: number
}

/** What a client's bytes amount to so far. */
export interface ClientInput {
  /** Complete batches, each ready to be executed. */
  readonly batches: readonly Uint8Array<ArrayBuffer>[]
  /** Bytes that wait for the rest of their batch. */
  readonly rest: Buffer
  /** True when the client said goodbye. */
  readonly terminated: boolean
}

/** Splits the bytes of a client into batches that each end where the server has to answer. */
export function splitBatches(bytes: Buffer): ClientInput {
  const batches: Uint8Array<ArrayBuffer>[] = []
  let batchStart = 0
  for (const { type, start, end } of readFrames(bytes)) {
    if (type === MESSAGE.terminate) return { batches, rest: bytes.subarray(start), terminated: true }
    if (!ENDS_BATCH.has(type)) continue
    batches.push(new Uint8Array(bytes.subarray(batchStart, end)))
    batchStart = end
  }
  return { batches, rest: bytes.subarray(batchStart), terminated: false }
}

/** Length of the startup packet (the only message without a type byte), or 0 while it is incomplete. */
export function startupLength(bytes: Buffer): number {
  const length = bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readInt32BE(0)
  return length <= bytes.length ? length : 0
}

/** The answer to a startup packet: authenticated, ready. */
export function startupReply(connection: number): Buffer {
  const key = Buffer.alloc(8)
  key.writeInt32BE(connection, 0)
  return Buffer.concat([
    message(MESSAGE.authentication, Buffer.alloc(4)),
    message(MESSAGE.parameterStatus, Buffer.from('client_encoding\0UTF8\0')),
    message(MESSAGE.parameterStatus, Buffer.from('TimeZone\0UTC\0')),
    message(MESSAGE.backendKeyData, key),
    message(MESSAGE.readyForQuery, Buffer.from('I')),
  ])
}

/** A statement as the simple protocol sends it. */
export function queryMessage(statement: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(message(MESSAGE.query, Buffer.from(`${statement}\0`)))
}

/** A server's reply, taken apart as far as a shared session needs it. */
export interface ServerReply {
  /** Everything but the notifications. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** LISTEN's notifications, which belong to the listening connections, whoever's statement carried them. */
  readonly notifications: Uint8Array<ArrayBuffer> | null
  /** True when the reply leaves a transaction open. */
  readonly inTransaction: boolean
  /** True when a LISTEN succeeded. */
  readonly listens: boolean
}

const IDLE = 0x49 // I

/** Takes a reply apart; `bytes` must hold whole messages. */
export function readReply(bytes: Uint8Array<ArrayBuffer>): ServerReply {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const notifications: Buffer[] = []
  const others: Buffer[] = []
  let inTransaction = false
  let listens = false
  for (const { type, start, end } of readFrames(buffer)) {
    const frame = buffer.subarray(start, end)
    if (type === MESSAGE.readyForQuery) inTransaction = frame[HEADER_BYTES] !== IDLE
    if (type === MESSAGE.commandComplete)
      listens ||= frame.includes('LISTEN\0') && !frame.includes('UNLISTEN')
    ;(type === MESSAGE.notification ? notifications : others).push(frame)
  }
  const quiet = notifications.length === 0
  return {
    bytes: quiet ? bytes : concatenate(others),
    notifications: quiet ? null : concatenate(notifications),
    inTransaction,
    listens,
  }
}

/** Joins chunks into a buffer of their own, which may be transferred to another thread. */
export function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}

function* readFrames(bytes: Buffer): Generator<Frame> {
  let start = 0
  while (start + HEADER_BYTES <= bytes.length) {
    const end = start + 1 + bytes.readInt32BE(start + 1)
    if (end > bytes.length) return
    yield { type: bytes.readUInt8(start), start, end }
    start = end
  }
}

function message(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(type, 0)
  header.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([header, body])
}
