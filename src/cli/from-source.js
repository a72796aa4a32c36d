// Starts the command line from its source. Not in TypeScript: Node.js strips the types of the file it starts, and of all that
// comes before the cache is on, anew each time, for which it loads a compiler.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/botyard'))
await import('./cli.ts')
