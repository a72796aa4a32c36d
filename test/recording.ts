import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A captured event stream of a provider; `test/recordings/README.md` says where each comes from. */
export function recording(name: string): string {
  return readFileSync(join(import.meta.dirname, 'recordings', `${name}.sse`), 'utf8')
}
