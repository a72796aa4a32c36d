import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'rolldown'

const BROWSER = new URL('../browser/', import.meta.url)
/** What modules import by the names under which the chat page is served them. */
const PACKAGES = { '/vendor/marked.js': 'marked', '/vendor/purify.js': 'dompurify' } as const
const STYLES = '\0styles'

/** The widget and all it is made of as one small script. Needs rolldown, which is there where Botyard is developed. */
export async function bundleWidget(): Promise<string> {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: fileURLToPath(new URL('widget/main.js', BROWSER)),
    platform: 'browser',
    plugins: [resolveParts()],
  })
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true })
    return output[0].code
  } finally {
    await bundle.close()
  }
}

function resolveParts(): Plugin {
  return {
    name: 'botyard-widget',
    async resolveId(source, importer) {
      if (source.endsWith('/styles.js')) return STYLES
      const found = Object.entries(PACKAGES).find(([ending]) => source.endsWith(ending))
      return found ? this.resolve(found[1], importer) : null
    },
    load: (id) => (id === STYLES ? `export const css = ${JSON.stringify(readStyles())}` : null),
    transform: (code, id) => (id.endsWith('/marked.esm.js') ? keepReaders(code) : null),
  }
}

/**
 * Leaves out the ready-made instance at the end of marked: assignments to it keep bundlers from leaving out anything.
 * Throws when a newer marked looks different.
 */
function keepReaders(code: string): string {
  const instance = /;var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(/.exec(code)
  const kept = ['Lexer', 'Parser', 'Renderer'].map((name) => new RegExp(`\\w+ as ${name}\\b`).exec(code)?.[0])
  if (!instance || kept.includes(undefined))
    throw new Error('marked is built in another way now; see keepReaders')
  return `${code.slice(0, instance.index)};export{${kept.join()}}`
}

/** Without white space, and in pixels: on pages of others `rem` may be anything. */
function readStyles(): string {
  return ['conversation.css', 'widget/widget.css']
    .map((name) => readFileSync(new URL(name, BROWSER), 'utf8'))
    .join('\n')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/(\d*\.?\d+)rem\b/g, (_, size: string) => `${Number((Number(size) * 16).toFixed(2))}px`)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,]) ?/g, '$1')
    .trim()
}
