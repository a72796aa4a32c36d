import { enableCompileCache, findPackageJSON } from 'node:module'
import { basename, dirname, join } from 'node:path'

/**
 * Has Node keep what it compiles from now on in `.cache/botyard` beside the packages, so that the next start is spared
 * a third of its time. Where that folder cannot be written every start compiles, as with `NODE_DISABLE_COMPILE_CACHE=1`;
 * `NODE_COMPILE_CACHE` names another folder.
 */
export function keepCompiled(): void {
  const root = dirname(findPackageJSON('..', import.meta.url) ?? import.meta.dirname)
  const packages = basename(dirname(root)) === 'node_modules' ? dirname(root) : join(root, 'node_modules')
  enableCompileCache(join(packages, '.cache', 'botyard'))
}
