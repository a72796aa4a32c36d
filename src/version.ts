import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The version of this package, from its own manifest; the same from source and from the built files. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('botyard/package.json')), 'utf8'),
  )
  return (manifest as { readonly version: string }).version
}
