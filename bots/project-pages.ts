import { readdirSync, readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'

/** A page of Botyard's own documentation. */
export interface ProjectPage {
  /** Its path in the package, such as `docs/bots.md`. */
  readonly file: string
  /** Markdown. */
  readonly text: string
}

/**
 * Reads README.md and docs/*.md of the package. A package whose documents were left out gives no pages, so that a
 * server without them still starts.
 *
 * @param root The folder of the package. Default: the one this file belongs to, from source and from `dist` alike.
 */
export function readProjectPages(root: string = findProjectRoot()): readonly ProjectPage[] {
  const files = ['README.md', ...listMarkdown(join(root, 'docs')).map((file) => `docs/${file}`)]
  return files.flatMap((file) => {
    const text = readIfThere(join(root, file))
    return text === undefined ? [] : { file, text }
  })
}

function listMarkdown(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .toSorted()
  } catch {
    return []
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function findProjectRoot(): string {
  return dirname(findPackageJSON('..', import.meta.url) ?? '.')
}
