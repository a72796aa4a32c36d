import { existsSync } from 'node:fs'

/** A server that is measured: one process, started with `PORT` and `OPENAI_BASE_URL`, ready at `/readyz`. */
export interface Relay {
  readonly name: string
  /** As the tables call it. */
  readonly title: string
  /** Where it is started; absent: the root of the repository. */
  readonly folder?: string
  /** Arguments of `node`. */
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Where what it needs at run time is installed, and what that is; absent: not worth a figure. */
  readonly install?: { readonly root: string; readonly packages: readonly string[] }
  /** Seconds from spawn to ready that it promises. */
  readonly bootTarget?: number
  /** Why it is left out; absent when it can run. */
  readonly missing?: string
}

export interface RelayPlaces {
  /** The root of the repository. */
  readonly root: string
  /** A PostgreSQL database of its own, when there is one. */
  readonly databaseUrl: string | undefined
  /** A folder for the embedded database. */
  readonly dataFolder: string
}

export const RAW = 'raw'
export const STREAM_TEXT = 'stream-text'

/** Every relay, the raw one first: the others are compared with it. */
export function listRelays({ root, databaseUrl, dataFolder }: RelayPlaces): readonly Relay[] {
  const botyard = {
    folder: `${root}/bench/bot`,
    arguments: [`${root}/src/cli/from-source.js`, 'start'],
    install: { root, packages: ['.'] },
  }
  const settings = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    MODEL: 'openai/bench',
    OPENAI_API_KEY: 'bench',
    MAX_RUNNING_TURNS: '10000',
    DRAIN_LINGER_MS: '0',
  }
  const peers = `${root}/bench/peers`
  const noMastra = 'not installed; run `npm ci` in bench/peers'
  const noPostgres = 'TEST_DATABASE_URL is not set'
  return [
    { name: RAW, title: 'raw `node:http`', arguments: ['bench/relays/raw.ts'], environment: {} },
    {
      ...botyard,
      name: 'botyard-postgres',
      title: 'Botyard, PostgreSQL',
      environment: { ...settings, DATABASE_URL: databaseUrl ?? '' },
      bootTarget: 1,
      ...(databaseUrl === undefined && { missing: noPostgres }),
    },
    {
      ...botyard,
      name: 'botyard-embedded',
      title: 'Botyard, embedded database',
      environment: { ...settings, DATABASE_URL: '', DATA_DIR: dataFolder },
      bootTarget: 2,
    },
    {
      name: STREAM_TEXT,
      title: '`streamText` + Express',
      arguments: ['bench/relays/stream-text.ts'],
      environment: { NODE_ENV: 'production' },
      install: { root, packages: ['ai', '@ai-sdk/openai', 'express', 'zod'] },
    },
    {
      name: 'mastra',
      title: 'Mastra agent + Express',
      arguments: ['bench/relays/mastra.ts'],
      environment: { NODE_ENV: 'production', MASTRA_TELEMETRY_DISABLED: '1' },
      install: { root: peers, packages: ['.'] },
      ...(!existsSync(`${peers}/node_modules/@mastra/core`) && { missing: noMastra }),
    },
  ]
}
