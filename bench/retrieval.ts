/**
 * How well and how fast documents are searched, through the real library, beside BM25. See README.md.
 *
 *   node bench/retrieval.ts --data DIR                the full run; writes bench/retrieval.md
 *   node bench/retrieval.ts --smoke                   does it work, on a few paragraphs; exits 1 when not
 *   node bench/retrieval.ts --data DIR --chunks 10000 fewer pieces, or several numbers with commas; 0 for none
 *
 *   … --only PostgreSQL                             one database; writes nothing
 *
 * TEST_DATABASE_URL adds a PostgreSQL server. Settings of embeddings, such as EMBEDDING_MODEL, are obeyed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createApp, type App } from '../src/app.ts'
import { defineBot } from '../src/bot.ts'
import { loadConfig, type Config } from '../src/config.ts'
import { openSearch } from '../src/knowledge/search/open-search.ts'
import { createLog } from '../src/observe/log.ts'
import { defineConfig } from '../src/project.ts'
import { createBm25, type Search } from './retrieval/bm25.ts'
import { OWN_CORPORA, readCorpora, type Corpus } from './retrieval/corpus.ts'
import { fill } from './retrieval/fill.ts'
import { measureLatency, measureQuality, type Quality } from './retrieval/measure.ts'
import { createScratchDatabase } from './scratch-database.ts'

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    chunks: { type: 'string', default: '10000,100000' },
    only: { type: 'string', default: '' },
  },
})
if (!options.smoke && !options.data)
  throw new Error('--data names the folder of xquad-en.json and xquad-ru.json')
const corpora = options.data ? readCorpora(options.data) : OWN_CORPORA
const sizes = options.smoke ? [200] : options.chunks.split(',').map(Number).filter(Boolean)
const signal = new AbortController().signal
const lines: string[] = []
const say = (line = ''): void => {
  lines.push(line)
  process.stdout.write(`${line}\n`)
}

interface Opened {
  readonly app: App
  readonly config: Config
}

async function open(env: Readonly<Record<string, string>>): Promise<Opened> {
  const { EMBEDDING_MODEL = '', ML_API_URL = '', QDRANT_URL = '' } = process.env
  const config = loadConfig({
    NODE_ENV: 'test',
    KB_CACHE_TTL: '0',
    DATABASE_TIMEOUT: '120',
    EMBEDDING_MODEL,
    ML_API_URL,
    QDRANT_URL,
    ...env,
  })
  const bots = [...corpora.map(({ language }) => language), 'load'].map((name) =>
    defineBot({ name, instructions: 'Answer.', model: 'offline' }),
  )
  const log = createLog({ level: 'warn', pretty: false, secrets: [] })
  const app = await createApp({ config, project: defineConfig({ bots }), log })
  await app.start()
  return { app, config }
}

/** Takes the paragraphs in, one document each, and finds them again. */
async function searchLibrary(app: App, { language, paragraphs }: Corpus): Promise<Search> {
  const key = { bot: language, owner: 'bot' }
  const collection = app.library.collection(key)
  const began = performance.now()
  for (const [place, { text }] of paragraphs.entries())
    await collection.add({ name: `${place}.txt`, bytes: new TextEncoder().encode(text) })
  for (const { id } of await collection.list()) for await (const _ of collection.follow(id, { signal }));
  const seconds = (performance.now() - began) / 1_000
  process.stdout.write(`(${paragraphs.length} documents in ${seconds.toFixed(1)} s)\n`)
  return async (question) => {
    const found = await app.library.search([key], question, { limit: 10, signal })
    return found.map(({ source }) => Number.parseInt(source, 10))
  }
}

function row(name: string, language: string, { recall1, recall5, mrr }: Quality): string {
  return `| ${name} | ${language} | ${recall1.toFixed(3)} | ${recall5.toFixed(3)} | ${mrr.toFixed(3)} |`
}

async function measureSizes({ app, config }: Opened, name: string): Promise<readonly string[]> {
  const questions = corpora.flatMap(({ paragraphs }) => paragraphs.flatMap((each) => each.questions))
  const asked = questions.filter((_, place) => place % Math.max(1, Math.floor(questions.length / 220)) === 0)
  const { indexer } = await openSearch({ config, store: app.store, onWarning: () => undefined })
  const measured: string[] = []
  let stored = 0
  for (const size of sizes) {
    const began = performance.now()
    await fill({ store: app.store, indexer, bot: 'load', chunks: size - stored, corpora })
    const perSecond = (size - stored) / ((performance.now() - began) / 1_000)
    stored = size
    const ask = (question: string) =>
      app.library.search([{ bot: 'load', owner: 'bot' }], question, { limit: 5, signal })
    const right = await measureLatency(asked, ask)
    const wrong = await measureLatency(asked.map(misspell), ask)
    measured.push(
      `| ${name} | ${size} | ${right.p50.toFixed(1)} / ${right.p95.toFixed(1)} | ${wrong.p50.toFixed(1)} / ${wrong.p95.toFixed(1)} | ${perSecond.toFixed(0)} |`,
    )
    process.stdout.write(`${measured.at(-1)}\n`)
  }
  return measured
}

/** Two letters of the longest word change places. */
function misspell(question: string): string {
  const longest = question.split(/\s+/).toSorted((a, b) => b.length - a.length)[0] ?? ''
  const at = Math.floor(longest.length / 2)
  const wrong = longest.slice(0, at - 1) + longest.charAt(at) + longest.charAt(at - 1) + longest.slice(at + 1)
  return question.replace(longest, wrong)
}

/** Each database with a folder or a scratch database of its own. */
async function withDatabases(use: (name: string, opened: Opened) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'botyard-retrieval-'))
  const url = process.env['TEST_DATABASE_URL']
  const scratch = url ? await createScratchDatabase(url) : undefined
  const databases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['embedded', { DATA_DIR: folder }],
    ...(scratch ? [['PostgreSQL', { DATABASE_URL: scratch.url, DATA_DIR: folder }] as const] : []),
  ]
  try {
    for (const [name, env] of databases) {
      if (!name.startsWith(options.only)) continue
      const opened = await open(env)
      try {
        await use(name, opened)
      } finally {
        await opened.app.close()
      }
    }
  } finally {
    await scratch?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const speeds: string[] = []
const qualities: Quality[] = []
const searches: string[] = []
say('# How well and how fast documents are searched')
say()
say('`node bench/retrieval.ts --data DIR`; what is measured and why is in [README.md](README.md).')
say()
say('| search | language | recall@1 | recall@5 | MRR |')
say('| --- | --- | --: | --: | --: |')
for (const corpus of corpora) {
  say(row('BM25, whole words', corpus.language, await measureQuality(corpus, createBm25(corpus, false))))
  say(row('BM25, stems', corpus.language, await measureQuality(corpus, createBm25(corpus, true))))
}
await withDatabases(async (name, opened) => {
  searches.push(
    `${name}: ${opened.app.summary.find((feature) => feature.name === 'documents')?.detail ?? ''}`,
  )
  for (const corpus of corpora) {
    const quality = await measureQuality(corpus, await searchLibrary(opened.app, corpus))
    qualities.push(quality)
    say(row(`Botyard, ${name}`, corpus.language, quality))
  }
  speeds.push(...(await measureSizes(opened, name)))
})
say()
say(searches.join('; '))
say()
say('| database | pieces | search, p50 / p95 ms | with a misspelt word | pieces stored a second |')
say('| --- | --: | --: | --: | --: |')
for (const speed of speeds) say(speed)
say()
const cpu = cpus()
const load = loadavg()[0] ?? 0
say(
  `Node ${process.version}, ${cpu.length} cores (${cpu[0]?.model}), load average at the end ${load.toFixed(1)}.`,
)
if (options.smoke && qualities.some(({ recall1 }) => recall1 < 1)) process.exitCode = 1
if (!options.smoke && options.only === '')
  writeFileSync(join(import.meta.dirname, 'retrieval.md'), `${lines.join('\n')}\n`)
