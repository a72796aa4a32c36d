/** Writes the pages that come out of tables in the source. With `--check` it only says whether they are fresh. */
import { readFile, writeFile } from 'node:fs/promises'
import { ERRORS, type ErrorCode } from '../src/errors.ts'
import { SETTING_ROWS, type Setting } from '../src/settings.ts'
import { DASHBOARDS, toGrafana } from './dashboards.ts'
import { ERROR_ADVICE } from './error-advice.ts'
import { prometheusRules } from './prometheus-rules.ts'
import { verifyPoePage } from './verify-poe-page.ts'

const ORIGIN = '`npm run docs`'

/** The generated pages: path from the root of the repository, and content. */
export function generatePages(): ReadonlyMap<string, string> {
  return new Map([
    ['.env.example', envExample()],
    ['docs/configuration.md', configurationPage()],
    ['docs/errors.md', errorsPage()],
    ['docs/verify-poe.md', verifyPoePage(table)],
    ['deploy/observability/prometheus-alerts.yml', prometheusRules()],
    ...DASHBOARDS.map(
      (dashboard) => [`deploy/observability/grafana/${dashboard.uid}.json`, toGrafana(dashboard)] as const,
    ),
  ])
}

function envExample(): string {
  const lines = [
    '# Every variable of Botyard. Copy this file to .env and set what you need.',
    `# Written by ${ORIGIN}.`,
  ]
  let section = ''
  for (const [name, setting] of SETTING_ROWS) {
    if (setting.section !== section) lines.push('', `## ${setting.section}`)
    section = setting.section
    const value = setting.example ?? setting.default ?? ''
    lines.push(
      '',
      `# ${plain(setting.about)}`,
      `# ${plain(capital(acceptsOf(setting)))}.`,
      `# ${name}=${value}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function configurationPage(): string {
  const sections = [...new Set(SETTING_ROWS.map(([, { section }]) => section))]
  const rows = SETTING_ROWS.map(([name, setting]) => ({ name, ...setting }))
  return page([
    '# Configuration',
    [
      `Botyard reads environment variables and a \`.env\` file in the working folder. Written by ${ORIGIN}.`,
      'An empty variable counts as absent. `botyard check` reports every problem at once, with its remedy.',
    ].join('\n'),
    ...sections.flatMap((section) => [
      `## ${section}`,
      table(
        ['Variable', 'What it does', 'Accepts', 'Default'],
        rows
          .filter((row) => row.section === section)
          .map((row) => [namesOf(row), row.about, capital(acceptsOf(row)), defaultOf(row)]),
      ),
    ]),
  ])
}

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, { status, retryable, sentence }]) => [
    `\`${code}\``,
    String(status),
    retryable ? 'yes' : 'no',
    sentence,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of ERRORS are the error codes
    ERROR_ADVICE[code as ErrorCode],
  ])
  return page([
    '# Errors',
    [
      `Every error Botyard shows, on every channel and on the command line. Written by ${ORIGIN}.`,
      'Read the code, not the sentence: sentences may change. "Again" says whether the same request may succeed later.',
    ].join('\n'),
    table(['Code', 'Status', 'Again', 'What people see', 'What to do'], rows),
  ])
}

function namesOf({ name, aliases = [], secret }: Setting & { readonly name: string }): string {
  const others = aliases.length > 0 ? `, or ${aliases.map((alias) => `\`${alias}\``).join(', ')}` : ''
  return `\`${name}\`${others}${secret ? ' (secret)' : ''}`
}

function acceptsOf({ type }: Setting): string {
  return type.description ?? 'any text'
}

function defaultOf({ default: usual, productionDefault }: Setting): string {
  if (usual === undefined) return 'none'
  return productionDefault === undefined
    ? `\`${usual}\``
    : `\`${usual}\`; in production \`${productionDefault}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function page(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Paths whose content differs from what would be written. */
export async function findStalePages(): Promise<readonly string[]> {
  const stale: string[] = []
  for (const [path, content] of generatePages())
    if ((await readFile(toUrl(path), 'utf8').catch(() => undefined)) !== content) stale.push(path)
  return stale
}

function toUrl(path: string): URL {
  return new URL(`../${path}`, import.meta.url)
}

if (import.meta.main) {
  const stale = await findStalePages()
  if (process.argv.includes('--check')) {
    for (const path of stale) console.error(`${path} is stale: run npm run docs.`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    for (const path of stale) await writeFile(toUrl(path), generatePages().get(path) ?? '')
    console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'all pages are fresh')
  }
}
