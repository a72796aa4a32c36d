import { writeFile } from 'node:fs/promises'
import { bundleWidget } from '../src/channels/widget/bundle-widget.ts'

/** Puts the widget's script into the built package, beside what it is made of. */
const BUILT = new URL('../dist/src/channels/browser/widget/bundle.js', import.meta.url)

await writeFile(BUILT, await bundleWidget())
