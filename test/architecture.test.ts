import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** A room: which of its files outsiders may import, and whose they may be. `core` is `src/*.ts`. */
const ROOMS: Readonly<Record<string, { doors: readonly string[]; mayImport: readonly string[] }>> = {
  core: { doors: ['*'], mayImport: ['core', 'types:models', 'types:tools', 'types:knowledge', 'types:jobs'] },
  models: { doors: ['model.ts'], mayImport: ['core'] },
  tools: { doors: ['tool.ts'], mayImport: ['core', 'tasks', 'company'] },
  knowledge: { doors: ['knowledge.ts', 'library.ts'], mayImport: ['core', 'cache', 'http', 'jobs', 'store'] },
  // Migrations are what an operator runs, without a server around them.
  store: {
    doors: ['store.ts', 'open-store.ts', 'migrate.ts', 'verify-schema.ts', 'verify-plans.ts'],
    mayImport: ['core'],
  },
  observe: {
    doors: ['log.ts', 'scrub.ts', 'metrics.ts', 'error-reports.ts', 'alerts.ts', 'cache-states.ts'],
    mayImport: ['core', 'http', 'store'],
  },
  company: { doors: ['company.ts', 'assess-risk.ts', 'company-number.ts'], mayImport: ['core', 'store'] },
  files: { doors: ['files.ts'], mayImport: ['core', 'http', 'store'] },
  tasks: { doors: ['tasks.ts', 'task.ts'], mayImport: ['core', 'store', 'http', 'jobs'] },
  chatbots: {
    doors: ['chatbots.ts', 'open-chatbots.ts', 'chatbot-routes.ts', 'guest-messages.ts'],
    mayImport: ['core', 'http', 'knowledge', 'store'],
  },
  flags: {
    doors: ['flags.ts', 'decide-flag.ts', 'flag-board.ts'],
    mayImport: ['core', 'http', 'store'],
  },
  openfeature: { doors: ['openfeature.ts'], mayImport: ['core', 'flags', 'rollout'] },
  rollout: {
    doors: ['rollout.ts', 'bucket.ts', 'plan.ts', 'simulate.ts'],
    mayImport: ['core', 'http', 'store'],
  },
  lanes: { doors: ['lanes.ts', 'lane-runner.ts'], mayImport: ['core', 'store'] },
  outbox: { doors: ['outbox.ts'], mayImport: ['core', 'store'] },
  inbox: { doors: ['inbox.ts'], mayImport: ['core', 'lanes', 'outbox', 'store'] },
  jobs: { doors: ['job.ts', 'job-queue.ts', 'housekeeping.ts'], mayImport: ['core', 'lanes', 'store'] },
  turn: { doors: ['turn.ts'], mayImport: ['core', 'models', 'tools', 'knowledge', 'store'] },
  cache: { doors: ['cache.ts', 'open-cache.ts'], mayImport: ['core'] },
  // `open-voice.ts` puts it together; the routes are added by whoever has a server.
  voice: {
    doors: ['voice.ts', 'open-voice.ts', 'speech-routes.ts', 'transcription-routes.ts'],
    mayImport: ['core', 'cache', 'http'],
  },
  limits: { doors: ['limits.ts', 'create-limiters.ts'], mayImport: ['core'] },
  accounts: {
    doors: ['accounts.ts', 'open-access.ts', 'add-access.ts', 'token-secrets.ts', 'tokens.ts'],
    mayImport: ['core', 'http', 'store', 'cache', 'limits'],
  },
  // A library for channels: each file stands for itself.
  http: { doors: ['*'], mayImport: ['core', 'limits'] },
  // The same for channels of messages.
  messaging: { doors: ['*'], mayImport: ['core'] },
  channels: { doors: ['channel.ts'], mayImport: ['core', 'http', 'messaging'] },
  checks: {
    doors:
      'check run-checks environment project live poe/poe-check poe/poe-checks poe/run-poe-checks poe/smoke-test search voice stream/ask-stream stream/read-stream stream/judge-load stream/load-profiles stream/run-load'
        .split(' ')
        .map((name) => `${name}.ts`),
    mayImport: ['core', 'channels', 'store'],
  },
  cli: {
    doors: [],
    mayImport: [
      'core',
      'app',
      'serve',
      'bots',
      'checks',
      'channels',
      'chatbots',
      'store',
      'observe',
      'accounts',
      'drill',
      'watch',
      'flags',
      'rollout',
    ],
  },
  watch: { doors: ['watch-server.ts', 'send-alert.ts'], mayImport: ['core', 'observe'] },
  fakes: {
    // What the drill drives; everybody else is a test.
    doors: [
      'anthropic.ts',
      'bitrix24.ts',
      'cohere.ts',
      'fake-model-server.ts',
      'faults.ts',
      'local-server.ts',
      'openai.ts',
      'telegram.ts',
    ],
    mayImport: [],
  },
  drill: {
    doors: [
      'drill.ts',
      'botyard-server.ts',
      'print-report.ts',
      'run-message-drill.ts',
      'scratch-database.ts',
    ],
    mayImport: ['core', 'fakes'],
  },
  bots: { doors: ['index.ts'], mayImport: ['botyard'] },
  app: { doors: ['*'], mayImport: ['*'] },
  serve: { doors: ['*'], mayImport: ['core', 'app', 'observe'] },
  index: { doors: [], mayImport: ['*'] },
}

/** `import … from`, `export … from`, `import('…')`; the first group says whether only types come in. */
const IMPORT =
  /^(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|\bimport\('([^']+)'\)|^import\s+'([^']+)'/gm

function roomOf(path: string): string {
  const [top = '', second = '', third] = path.split('/')
  if (top !== 'src') return top
  if (third !== undefined) return second
  const name = second.replace('.ts', '')
  return ['app', 'serve', 'index'].includes(name) ? name : 'core'
}

function violationsOf(path: string, source: string): readonly string[] {
  const environment = /\bprocess\.env\b/.test(source) && path.startsWith('src/') && path !== 'src/config.ts'
  return [
    ...(environment ? [`${path} reads process.env`] : []),
    ...[...source.matchAll(IMPORT)].flatMap(([, type, from, lazy, bare]) => {
      const wanted = from ?? lazy ?? bare ?? ''
      return mayImport(path, wanted, type !== undefined) ? [] : [`${path} imports ${wanted}`]
    }),
  ]
}

function mayImport(path: string, wanted: string, typeOnly: boolean): boolean {
  const from = roomOf(path)
  const allowed = ROOMS[from]?.mayImport ?? []
  if (!wanted.startsWith('.')) return from !== 'bots' || /^(?:botyard|zod|node:.*)$/.test(wanted)
  const target = posix.join(posix.dirname(path), wanted)
  const to = roomOf(target)
  // The manifest and other data are nobody's room.
  if (!target.endsWith('.ts')) return true
  if (from === to) return from !== 'channels' || sameChannel(path, target)
  const behindDoor = !['*', posix.relative(`src/${to}`, target), posix.relative(to, target)].some((name) =>
    ROOMS[to]?.doors.includes(name),
  )
  if (allowed.includes('*')) return to !== 'app'
  return !behindDoor && (allowed.includes(to) || (typeOnly && allowed.includes(`types:${to}`)))
}

function sameChannel(path: string, target: string): boolean {
  const [, , channel] = path.split('/')
  return target === 'src/channels/channel.ts' || target.startsWith(`src/channels/${channel}/`)
}

const FILES = globSync('{src,bots}/**/*.ts', { cwd: ROOT }).filter((path) => !path.endsWith('.test.ts'))

test('every file imports only what its room may import', () => {
  expect(FILES.flatMap((path) => violationsOf(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
})

describe('a planted violation is found', () => {
  test.each([
    ['src/bot.ts', "import { x } from './models/model.ts'"],
    ['src/bot.ts', "import type { x } from './models/offline.ts'"],
    ['src/bot.ts', "import type { x } from './store/store.ts'"],
    ['src/project.ts', "import { x } from './jobs/job.ts'"],
    ['src/turn/a.ts', "import type { x } from '../inbox/inbox.ts'"],
    ['src/jobs/a.ts', "import { x } from '../lanes/held-lanes.ts'"],
    ['src/bot.ts', "import './app.ts'"],
    ['src/index.ts', "export { x } from './app.ts'"],
    ['src/models/a.ts', "import {\n  x,\n} from '../store/store.ts'"],
    ['src/turn/a.ts', "export { x } from '../models/offline.ts'"],
    ['src/turn/a.ts', "const x = await import('../http/problem.ts')"],
    ['src/http/a.ts', "import type { x } from '../channels/channel.ts'"],
    ['src/channels/web/a.ts', "import { x } from '../poe/poe.ts'"],
    ['src/channels/web/a.ts', "import { x } from '../../turn/turn.ts'"],
    ['src/checks/a.ts', "import { x } from '../app.ts'"],
    ['src/cli/commands/a.ts', "import { x } from '../../models/offline.ts'"],
    ['src/fakes/a.ts', "import type { x } from '../events.ts'"],
    ['bots/a.ts', "import { defineBot } from '../src/index.ts'"],
    ['bots/a.ts', "import { x } from 'pg'"],
    ['src/http/a.ts', 'const port = process.env.PORT'],
  ])('%s: %s', (path, source) => {
    expect(violationsOf(path, source)).toHaveLength(1)
  })
})

test('what the table allows is not reported', () => {
  expect(violationsOf('src/bot.ts', "import type { Model } from './models/model.ts'")).toEqual([])
  expect(
    violationsOf('src/channels/web/a.ts', "import { x } from '../channel.ts'\nimport { y } from './b.ts'"),
  ).toEqual([])
  expect(violationsOf('src/app.ts', "import { x } from './models/offline.ts'")).toEqual([])
})

test('rooms of more than 12 files are reported', async ({ annotate }) => {
  for (const [room, files] of Map.groupBy(FILES, roomOf))
    if (room !== 'core' && files.length > 12) await annotate(`${room} has ${files.length} files`)
})
