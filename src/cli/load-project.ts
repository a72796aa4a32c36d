import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError } from '../errors.ts'
import { defineConfig, type Project } from '../project.ts'

/** Where a project is looked for in its folder; the first that is there counts. */
export const PROJECT_FILES = [
  'botyard.config.ts',
  'botyard.config.mts',
  'botyard.config.js',
  'botyard.config.mjs',
] as const

/**
 * Imports the project file of a folder; without one, the ready-made bots are served. Throws
 * `invalid_configuration`, naming the file and what is wrong with it.
 */
export async function loadProject(folder: string): Promise<Project> {
  const file = PROJECT_FILES.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (file === undefined) {
    const { bots } = await import('../../bots/index.ts')
    return defineConfig({ bots })
  }
  const project: unknown = (await importFile(file)).default
  if (isProject(project)) return project
  const problem = `${file} has to export what defineConfig() returns: \`export default defineConfig({ bots: […] })\`.`
  throw new AppError('invalid_configuration', { params: { problem } })
}

async function importFile(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const hint = isTakenForCommonJs(error)
      ? `. Node.js takes it for CommonJS: run \`npm pkg set type=module\`, or rename it to ${toModuleName(file)}.`
      : placeOf(error, dirname(file))
    const problem = `${file} cannot be loaded. ${sentenceOf(error)}${hint}`
    throw new AppError('invalid_configuration', { params: { problem }, cause: error })
  }
}

function toModuleName(file: string): string {
  return basename(file).replace(/\.m?([jt])s$/, '.m$1s')
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** The first place of the stack in files of the project, as ` (botyard.config.ts:7)`; empty without one. */
function placeOf(error: unknown, folder: string): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  for (const line of lines)
    for (const start of [`${folder}/`, `${pathToFileURL(folder).href}/`]) {
      const [, rest = ''] = line.split(start)
      const [place] = /^[^\s():]+:\d+/.exec(rest) ?? []
      if (place !== undefined && !place.startsWith('node_modules/')) return ` (${place})`
    }
  return ''
}

/** `npm init` writes `"type": "commonjs"`; the sentences are those of V8. */
function isTakenForCommonJs(error: unknown): boolean {
  return (
    error instanceof SyntaxError &&
    /import statement outside a module|Unexpected token 'export'/.test(error.message)
  )
}

function isProject(value: unknown): value is Project {
  return typeof value === 'object' && value !== null && 'bots' in value && 'defaultBot' in value
}
