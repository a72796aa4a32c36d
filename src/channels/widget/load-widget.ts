import { readFile } from 'node:fs/promises'
import { toStaticFile, type StaticFile } from '../../http/static-file.ts'
import { bundleWidget } from './bundle-widget.ts'

/** Where `npm run build` puts the bundle; where Botyard runs from source there is none. */
const BUILT = new URL('../browser/widget/bundle.js', import.meta.url)

/** The widget's script: the one that was built with the package, or bundled from source now. */
export async function loadWidget(): Promise<StaticFile> {
  const code = await readFile(BUILT).catch(async () => Buffer.from(await bundleWidget()))
  return toStaticFile('text/javascript; charset=utf-8', code)
}
