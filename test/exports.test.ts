import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { linksOf } from './links-of.ts'

const ROOT = join(import.meta.dirname, '..')

/** Every path of the manifest that leads to a file; what the build makes stands for the source it is made from. */
function targetsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(targetsOf) : []
}

function toSource(target: string): string {
  return target.replace(/^(?:\.\/)?dist\//, './').replace(/\.d\.ts$|\.js$/, '.ts')
}

test.each([...targetsOf(manifest.exports), ...targetsOf(manifest.bin)])(
  '%s comes from a file that exists',
  (target) => {
    expect(existsSync(join(ROOT, toSource(target)))).toBe(true)
  },
)

test('the build takes the sources of every built target', async () => {
  const { default: build } = await import('../tsconfig.build.json', { with: { type: 'json' } })
  const folders = [...targetsOf(manifest.exports), ...targetsOf(manifest.bin)]
    .filter((target) => target.includes('dist/'))
    .map((target) => toSource(target).split('/')[1])
  expect(folders.filter((folder) => !build.include.includes(folder ?? ''))).toEqual([])
})

test('the package can be imported by its own name', async () => {
  const { defineBot, defineConfig, defineTool } = await import('botyard')
  expect([defineBot, defineConfig, defineTool].every((define) => typeof define === 'function')).toBe(true)
})

test('every relative link of the packed pages leads to a packed file or folder', async () => {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = await promisify(execFile)('npm', words, { cwd: ROOT, maxBuffer: 2 ** 24 })
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { files: { path: string }[] }>)
  const paths = (packed?.files ?? []).map(({ path }) => path)
  const pages = paths.filter((path) => path.endsWith('.md') && !path.startsWith('dist/'))
  const broken = pages.flatMap((page) =>
    targetsFrom(page)
      .filter((target) => !paths.some((path) => path === target || path.startsWith(`${target}/`)))
      .map((target) => `${page}: ${target}`),
  )
  expect(pages).toContain('README.md')
  expect(broken).toEqual([])
}, 60_000)

/** What the links of a page lead to, as paths of the package. */
function targetsFrom(page: string): readonly string[] {
  return linksOf(readFileSync(join(ROOT, page), 'utf8'))
    .filter((link) => !link.startsWith('#'))
    .map((link) => posix.join(posix.dirname(page), link.replace(/#.*/, '')))
}
