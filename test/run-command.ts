import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import type { Terminal } from '../src/cli/command.ts'
import { runCommandLine } from '../src/cli/command-line.ts'

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What is typed: piped in, as from a file. */
  readonly stdin?: string
}

export interface CommandRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs one command line of `botyard` in this process, with streams that are not a terminal. */
export async function runCommand(
  words: readonly string[],
  options: CommandOptions = {},
): Promise<CommandRun> {
  const out = collect()
  const err = collect()
  const terminal: Terminal = {
    stdin: Readable.from([options.stdin ?? '']),
    stdout: out.stream,
    stderr: err.stream,
    env: { OFFLINE_PACE_MS: '0', ...options.env },
    cwd: options.cwd ?? import.meta.dirname,
  }
  return { code: await runCommandLine(words, terminal), out: out.text(), err: err.text() }
}

export interface TestFolder extends AsyncDisposable {
  readonly path: string
}

/** A folder with files, inside the package so that a project file can import `botyard`; removed when disposed. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<TestFolder> {
  const parent = join(import.meta.dirname, '..', '.botyard')
  await mkdir(parent, { recursive: true })
  const path = await mkdtemp(join(parent, 'test-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function collect(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      chunks.push(String(chunk))
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}
