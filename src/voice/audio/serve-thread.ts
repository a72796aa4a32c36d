import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'

/** A call to a thread. */
export interface ThreadRequest<Task> {
  readonly id: number
  readonly task: Task
}

/** What the thread says to it. */
export type ThreadReply =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly problem: string }

/** How far behind the rest of the process, and so behind all that people wait for as text. */
const BEHIND = 10
const LOWEST = 19

/** Does the tasks of this thread, one after the other, with a lower priority than the rest of the process. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what comes in, which nothing else can
export function serveThread<Task>(work: (task: Task) => Promise<Uint8Array>): void {
  lowerPriority()
  let last: Promise<unknown> = Promise.resolve()
  parentPort?.on('message', ({ id, task }: ThreadRequest<Task>) => {
    last = last.then(() => reply(id, work(task)))
  })
}

async function reply(id: number, working: Promise<Uint8Array>): Promise<void> {
  try {
    const bytes = await working
    parentPort?.postMessage({ id, bytes } satisfies ThreadReply, transferable(bytes))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    parentPort?.postMessage({ id, problem } satisfies ThreadReply, [])
  }
}

/** Memory goes over without being copied where it belongs to nobody else. */
function transferable({ buffer, byteLength }: Uint8Array): readonly ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}

/** Linux gives each thread a priority of its own; elsewhere all stays as it is. */
function lowerPriority(): void {
  try {
    setPriority(
      Number(readlinkSync('/proc/thread-self').split('/').at(-1)),
      Math.min(LOWEST, getPriority() + BEHIND),
    )
  } catch {
    // Speech works all the same.
  }
}
