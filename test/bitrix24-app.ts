import { createFakeBitrix24, type FakeBitrix24, type FakeBitrix24Options } from '../src/fakes/bitrix24.ts'
import { eventually, startGateway } from './telegram-app.ts'
import { startTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

export interface Bitrix24App {
  readonly app: TestApp
  readonly bitrix: FakeBitrix24
  /** Where portals and people reach the server. */
  readonly publicUrl: string
  /** The texts of the bot's messages in a dialog as they stand, deleted ones left out. */
  readonly texts: (dialog: number | string) => readonly string[]
  close(): Promise<void>
}

export interface Bitrix24AppOptions extends TestAppOptions {
  readonly mode?: 'fetch' | 'webhook'
  readonly fake?: FakeBitrix24Options
  /** Default: a new one, made with `fake`. */
  readonly bitrix?: FakeBitrix24
  /** Default true: the application is installed when this resolves. */
  readonly installed?: boolean
}

/** The whole server with the Bitrix24 channel, at a fake portal. */
export async function startBitrix24App({
  mode = 'fetch',
  fake,
  bitrix: given,
  installed = true,
  env,
  ...options
}: Bitrix24AppOptions = {}): Promise<Bitrix24App> {
  const bitrix = given ?? (await createFakeBitrix24(fake))
  let server = ''
  const front = await startGateway(() => server)
  bitrix.redirectTo(`${front.url}/oauth/bitrix/callback`)
  const app = await startTestApp({
    ...options,
    env: { ...environmentOf(bitrix, mode), APP_URL: front.url, ...env },
  })
  server = app.url
  if (installed) {
    await bitrix.install(`${front.url}/bitrix/event`)
    await eventually(() => {
      if (bitrix.bot?.eventMode === undefined) throw new Error('the bot is not registered yet')
    })
  }
  return {
    app,
    bitrix,
    publicUrl: front.url,
    texts: (dialog) =>
      bitrix
        .sent(dialog)
        .filter(({ deleted }) => !deleted)
        .map(({ text }) => text),
    close: async () => {
      await app.close()
      await Promise.all([bitrix.close(), front.close()])
    },
  }
}

/** What a server has to be told of a portal. */
function environmentOf(
  bitrix: FakeBitrix24,
  mode: 'fetch' | 'webhook' = 'fetch',
): Readonly<Record<string, string>> {
  return {
    BITRIX_DOMAIN: bitrix.url,
    BITRIX_CLIENT_ID: bitrix.clientId,
    BITRIX_CLIENT_SECRET: bitrix.clientSecret,
    BITRIX_OAUTH_URL: bitrix.authUrl,
    BITRIX_MODE: mode,
    BITRIX_FETCH_SECONDS: '0.1',
    BITRIX_CALLS_PER_SECOND: '1000',
  }
}
