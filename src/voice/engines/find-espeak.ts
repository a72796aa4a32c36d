import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SpeechEngine } from '../voice.ts'
import { createEspeakEngine } from './espeak-engine.ts'
import { createEspeakProgram } from './espeak-program.ts'

/** It is licensed under the GPL, so it never comes with Botyard: whoever wants it installs it. */
export const ESPEAK_PACKAGE = '@echogarden/espeak-ng-emscripten'

/** eSpeak NG where it is installed: as a package of the project in the working folder or beside us, else as the program. */
export async function findEspeak(
  program: string,
): Promise<{ readonly engine: SpeechEngine; readonly place: string } | undefined> {
  const file = findPackage()
  if (file !== undefined)
    return { engine: createEspeakEngine(pathToFileURL(file).href), place: `the package ${ESPEAK_PACKAGE}` }
  if (!(await isProgram(program))) return undefined
  return { engine: createEspeakProgram(program), place: `the program ${program}` }
}

function findPackage(): string | undefined {
  for (const base of [join(process.cwd(), 'package.json'), import.meta.url])
    try {
      return createRequire(base).resolve(ESPEAK_PACKAGE)
    } catch {
      // Not there; it is optional.
    }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    const child = spawn(path, ['--version'], { stdio: 'ignore', timeout: 5_000 })
    const [code] = (await once(child, 'close')) as [number | null]
    return code === 0
  } catch {
    return false
  }
}
