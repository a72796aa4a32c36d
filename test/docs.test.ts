import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { COMMANDS } from '../src/cli/command-line.ts'
import { findStalePages } from '../scripts/generate-docs.ts'
import { linksOf } from './links-of.ts'
import { makeFolder } from './run-command.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGES = globSync('{*.md,docs/**/*.md}', { cwd: ROOT })

test('the generated pages are fresh', async () => {
  expect(await findStalePages()).toEqual([])
})

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = [...markdown.matchAll(/^#+\s+(.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), decodeURIComponent(path))
  if (!existsSync(target)) return true
  return (
    anchor !== undefined &&
    target.endsWith('.md') &&
    !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
  )
}

test('every relative link of the pages points at something', () => {
  const broken = PAGES.flatMap((page) =>
    linksOf(readFileSync(join(ROOT, page), 'utf8'))
      .filter((link) => isBroken(page, link))
      .map((link) => `${page}: ${link}`),
  )
  expect(broken).toEqual([])
})

test('a broken link is found', () => {
  const links = linksOf(
    '[a](nowhere.md) ![b](docs/cli.md#start "title") `[c](code.md)` <img src="x.png"> [d](https://x)',
  )
  expect(links).toEqual(['nowhere.md', 'docs/cli.md#start', 'x.png'])
  expect(links.map((link) => isBroken('README.md', link))).toEqual([true, false, true])
})

test('the page of the command line has a section for each command', () => {
  const anchors = anchorsOf(readFileSync(join(ROOT, 'docs/cli.md'), 'utf8'))
  expect(COMMANDS.map(({ name }) => name).filter((name) => !anchors.includes(name))).toEqual([])
})

/** The samples in TypeScript by file, and what they import from files of the reader or from packages not installed here. */
function samplesOf(page: string): Record<string, string> {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const files: Record<string, string> = {}
  for (const { 1: code = '', index } of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
    const line = text.slice(0, index).split('\n').length
    files[`${basename(page, '.md')}-${line}.ts`] = `${code}\nexport {}\n`
    for (const [, names = '', file = ''] of code.matchAll(/import \{ (.*) \} from '\.\/(.*)'/g))
      files[file] = names.replaceAll(/\w+/g, 'export const $&: any = undefined;').replaceAll(',', '')
  }
  return files
}

test('every sample in TypeScript compiles as it is printed', async () => {
  const files = Object.assign({}, ...PAGES.map(samplesOf)) as Record<string, string>
  await using folder = await makeFolder({
    ...files,
    'not-installed.d.ts': "declare module '@ai-sdk/mistral'",
    'tsconfig.json': JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), include: ['.'] }),
  })
  const tsc = promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), [
    '-p',
    folder.path,
    '--pretty',
    'false',
  ])
  const problems = await tsc.then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout,
  )
  expect([Object.keys(files).length > 30, problems]).toEqual([true, ''])
})
