import { EventEmitter } from 'node:events'
import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** An editor may write a file in several steps. */
const QUIET_MS = 100

/**
 * Tells when one of some files has changed. It watches their folders: a watch on a file itself ends silently once an
 * editor puts a new file in its place, as many do.
 */
export class FileWatcher extends EventEmitter<{ change: [file: string] }> {
  readonly #files = new Set<string>()
  readonly #folders = new Map<string, FSWatcher>()
  #quiet: NodeJS.Timeout | undefined

  /** The file need not be there yet; its folder has to be. */
  add(file: string): void {
    this.#files.add(file)
    const folder = dirname(file)
    if (this.#folders.has(folder)) return
    const watcher = watch(folder, (_event, name) => {
      if (name !== null) this.#notice(join(folder, name))
    })
    // A folder that is gone changes no more.
    watcher.on('error', () => watcher.close())
    this.#folders.set(folder, watcher)
  }

  close(): void {
    clearTimeout(this.#quiet)
    for (const watcher of this.#folders.values()) watcher.close()
  }

  #notice(file: string): void {
    if (!this.#files.has(file)) return
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.emit('change', basename(file)), QUIET_MS)
  }
}
