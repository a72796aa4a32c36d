import { liveChecks, type DatabaseState, type LiveContext, type ModelAnswer } from '../../checks/live.ts'
import { runChecks } from '../../checks/run-checks.ts'
import { loadConfig, type Config } from '../../config.ts'
import { defaultModelOf } from '../../default-model.ts'
import { AppError } from '../../errors.ts'
import type { Log } from '../../observe/log.ts'
import type { Command } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'
import { printResults } from '../print-results.ts'

/** A reasoning model may think for a while before it says one word. */
const MODEL_PATIENCE_MS = 30_000
const PROBE_PATIENCE_MS = 2_000

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at this computer: port, disk, database, model, and services it is configured for',
  usage: '',
  arity: [0, 0],
  options: { json: { type: 'boolean', about: 'Print every result as JSON' } },
  examples: ['botyard doctor', 'botyard doctor --json'],
  run: ({ options, terminal }) => {
    const config = loadConfig(terminal.env)
    const log = createQuietLog(config, terminal)
    const json = options['json'] === true
    return printResults(runChecks(liveChecks, createContext(config, log)), terminal, {
      json,
      faultsOnly: false,
    })
  },
}

function createContext(config: Config, log: Log): LiveContext {
  let database: Promise<DatabaseState> | undefined
  return {
    config,
    nodeVersion: process.versions.node,
    inspectDatabase: () => (database ??= inspectDatabase(config, log)),
    askModel: () => askModel(config),
    isBotyard,
    inspectTelegram: () => inspectTelegram(config),
    inspectBitrix24: () => inspectBitrix24(config, log),
    inspectDaData: async () => (await import('../../app.ts')).inspectDaData(config),
  }
}

async function inspectDatabase(config: Config, log: Log): Promise<DatabaseState> {
  const { openDatabase } = await import('../../app.ts')
  const { migrationStatus } = await import('../../store/migrate.ts')
  const { verifySchema } = await import('../../store/verify-schema.ts')
  const store = await openDatabase(config, log)
  try {
    const { pending } = await migrationStatus(store.db)
    return { pending, differences: await verifySchema(store.db) }
  } finally {
    await store.close()
  }
}

async function askModel(config: Config): Promise<ModelAnswer> {
  const { createModels } = await import('../../app.ts')
  const model = createModels(config).resolve(defaultModelOf(config))
  const begun = performance.now()
  const request = {
    instructions: 'You are asked whether you work. Answer with one word.',
    messages: [{ role: 'user', text: 'Say: ready' }],
    tools: [],
    passages: [],
  } as const
  let text = ''
  for await (const part of model.stream(request, { signal: AbortSignal.timeout(MODEL_PATIENCE_MS) }))
    if (part.type === 'text') text += part.text
  return { model: model.id, text, durationMs: performance.now() - begun }
}

async function inspectTelegram(config: Config): ReturnType<LiveContext['inspectTelegram']> {
  const app = await import('../../app.ts')
  return app.inspectTelegram(config)
}

/** Opens the database alone: it holds the tokens of portals. */
async function inspectBitrix24(config: Config, log: Log): ReturnType<LiveContext['inspectBitrix24']> {
  const app = await import('../../app.ts')
  const { toBitrix24Settings } = app
  const off = toBitrix24Settings(config)
  if (typeof off === 'string') return off
  const store = await app.openDatabase(config, log).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'data_folder_in_use') return undefined
    throw error
  })
  if (!store) return 'a running server holds the tokens; ask its /health'
  try {
    return await app.inspectBitrix24(config, store.bitrixPortals)
  } finally {
    await store.close()
  }
}

async function isBotyard(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(PROBE_PATIENCE_MS) })
    return (await reply.text()) === '{"status":"ok"}'
  } catch {
    return false
  }
}
