import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readProjectPages } from './project-pages.ts'

function createProject(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'botyard-pages-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'docs', 'decisions'), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text)
  return root
}

it('reads the README and the pages of docs, not the folders below', () => {
  const root = createProject({
    'README.md': 'One',
    'docs/b.md': 'Three',
    'docs/a.md': 'Two',
    'docs/picture.png': '',
    'docs/decisions/0001.md': 'No',
  })
  expect(readProjectPages(root)).toEqual([
    { file: 'README.md', text: 'One' },
    { file: 'docs/a.md', text: 'Two' },
    { file: 'docs/b.md', text: 'Three' },
  ])
})

it('reads nothing, and does not fail, where there are no documents', () => {
  expect(readProjectPages(join(tmpdir(), 'no-such-folder'))).toEqual([])
})

it('finds the documentation of this package', () => {
  expect(readProjectPages().map(({ file }) => file)).toContain('docs/offline-model.md')
})
