import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
}

/**
 * Bytes of the packages that `names` need at run time, as installed under `root`, without Node and without
 * development dependencies. `.` stands for what the package at `root` depends on.
 */
export function installBytes(root: string, names: readonly string[]): number {
  const found = new Set<string>()
  for (const name of names) {
    if (name === '.') collectDependencies(root, found)
    else collect(name, root, found)
  }
  return [...found].reduce((sum, folder) => sum + folderBytes(folder), 0)
}

function collect(name: string, from: string, found: Set<string>): void {
  const folder = findPackage(name, from)
  if (folder === undefined || found.has(folder)) return
  found.add(folder)
  collectDependencies(folder, found)
}

function collectDependencies(folder: string, found: Set<string>): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
  )
  const names = { ...manifest.dependencies, ...manifest.optionalDependencies }
  for (const name of [...Object.keys(names), ...peers]) collect(name, folder, found)
}

function findPackage(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name)
  if (existsSync(folder)) return folder
  return from === dirname(from) ? undefined : findPackage(name, dirname(from))
}

function folderBytes(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile()) bytes += statSync(path).size
    // A nested package is counted on its own, when something needs it.
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += folderBytes(path)
  }
  return bytes
}
