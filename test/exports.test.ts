import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

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
