import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toStaticFile, type StaticFile } from '../../http/static-file.ts'

export interface PageFiles {
  readonly page: StaticFile
  /** By their path below `/assets/<version>/`. */
  readonly assets: ReadonlyMap<string, StaticFile>
  /** Hash over all assets, so that modules of two versions never meet in one cache. */
  readonly version: string
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** What the page's modules import from packages: their own browser builds. */
const VENDORED = { 'vendor/marked.js': 'marked', 'vendor/purify.js': 'dompurify/purify.min.js' } as const

/** What the page and the widget share, and the page's own. */
const SHARED = new URL('../browser/', import.meta.url)
const OWN = new URL('page/', SHARED)

/** Reads the page and everything it loads, about 200 kB, into memory: from then on no request touches the disk. */
export function loadPageFiles(): PageFiles {
  const assets = new Map([...readFolder(SHARED), ...readFolder(OWN, 'page/'), ...readVendored()])
  const hash = createHash('sha256')
  for (const [path, { etag }] of assets) hash.update(path).update(etag)
  const version = hash.digest('hex').slice(0, 12)
  return { page: readPage(version, [...assets.keys()]), assets, version }
}

function readFolder(folder: URL, prefix = ''): readonly (readonly [string, StaticFile])[] {
  return readdirSync(folder)
    .filter((name) => extname(name) in CONTENT_TYPES && extname(name) !== '.html')
    .toSorted()
    .map((name) => [`${prefix}${name}`, toPageFile(name, readFileSync(new URL(name, folder)))])
}

function readVendored(): readonly (readonly [string, StaticFile])[] {
  return Object.entries(VENDORED).map(([path, specifier]) => {
    const file = readFileSync(fileURLToPath(import.meta.resolve(specifier)), 'utf8')
    // The source maps are not served; without the comment no browser asks for them.
    const code = file.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    return [path, toPageFile(path, Buffer.from(specifier === 'marked' ? code : toModule(code)))]
  })
}

/** DOMPurify's only small build is a script for Node's modules or a page's globals; as a module it is neither. */
function toModule(code: string): string {
  return `const module = { exports: {} }, exports = module.exports;\n${code};\nexport default module.exports\n`
}

/** Names every module in the page itself, so that browsers fetch them at once and not import by import. */
function readPage(version: string, paths: readonly string[]): StaticFile {
  const base = `assets/${version}`
  const preloads = paths
    .filter((path) => path.endsWith('.js') && path !== 'page/theme.js')
    .map((path) => `<link rel="modulepreload" href="${base}/${path}" />`)
  const html = readFileSync(new URL('index.html', OWN), 'utf8')
    .replace('<!-- modules -->', preloads.join('\n    '))
    .replaceAll('assets/version', base)
  return toPageFile('index.html', Buffer.from(html))
}

function toPageFile(name: string, body: Buffer): StaticFile {
  return toStaticFile(CONTENT_TYPES[extname(name)] ?? 'application/octet-stream', body)
}
