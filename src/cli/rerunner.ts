import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileWatcher } from './file-watcher.ts'

export interface RerunnerOptions {
  readonly script: string
  readonly arguments: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Files whose change counts although the script did not import them. */
  readonly alsoWatch: readonly string[]
  readonly say: (sentence: string) => void
}

/** Runs a script, and again whenever a file that it imported has changed. */
export class Rerunner {
  readonly #options: RerunnerOptions
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined

  constructor(options: RerunnerOptions) {
    this.#options = options
  }

  /** Ends when `stop` was called and the script has left. */
  async run(): Promise<void> {
    const files = new FileWatcher()
    for (const file of this.#options.alsoWatch) files.add(file)
    try {
      while (!this.#stopping.signal.aborted) await this.#runOnce(files)
    } finally {
      files.close()
    }
  }

  /** Tells the script to stop; a second call tells it again. */
  stop(): void {
    this.#stopping.abort()
    this.#child?.kill('SIGTERM')
  }

  /** Until a file has changed, and the script has left. */
  async #runOnce(files: FileWatcher): Promise<void> {
    const { say } = this.#options
    const child = this.#start(files)
    const exited = once(child, 'exit')
    const changed = this.#nextChange(files)
    await Promise.race([exited, changed])
    if (isRunning(child)) {
      if (!this.#stopping.signal.aborted) child.kill('SIGTERM')
    } else if (!this.#stopping.signal.aborted) say('Waiting for a file to change before starting again.')
    const [file] = await Promise.all([changed, exited])
    if (file !== undefined) say(`${file} has changed: starting again.`)
  }

  /** The name of the file; undefined when the script is to stop. */
  async #nextChange(files: FileWatcher): Promise<string | undefined> {
    try {
      const [file] = await once(files, 'change', { signal: this.#stopping.signal })
      return String(file)
    } catch {
      return undefined
    }
  }

  #start(files: FileWatcher): ChildProcess {
    const { script, cwd, env } = this.#options
    const child = fork(script, [...this.#options.arguments], {
      cwd,
      // Has Node.js tell what it imports, as its own watch mode does.
      env: { ...env, WATCH_REPORT_DEPENDENCIES: '1' },
      // A group of its own: Ctrl-C would reach the script twice, and the second signal ends a server at once.
      detached: true,
    })
    child.on('message', (message) => {
      for (const file of toImports(message)) files.add(file)
    })
    this.#child = child
    return child
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** The files that a message of Node.js's watch mode names. What is installed changes with a new start only. */
function toImports(message: unknown): readonly string[] {
  const told = Object(message) as Readonly<Record<string, unknown>>
  const named = [told['watch:import'], told['watch:require']].flat()
  return named
    .filter((name) => typeof name === 'string')
    .map((name) => (name.startsWith('file:') ? fileURLToPath(name) : name))
    .filter((file) => isAbsolute(file) && !file.includes('/node_modules/') && existsSync(dirname(file)))
}
