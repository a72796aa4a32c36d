import type { Check, Finding } from './check.ts'
import { withRemedy } from './with-remedy.ts'

/** What a Bitrix24 portal says of our application. */
export interface BitrixPortalState {
  readonly host: string
  readonly problem: string | null
  readonly mode: 'fetch' | 'webhook' | null
}

export interface Bitrix24Context {
  /** Asks the portals whether they take our tokens; a sentence when the channel is off. Throws when there is no answer. */
  inspectBitrix24(): Promise<readonly BitrixPortalState[] | string>
}

const REMEDY =
  'Open /oauth/bitrix/start once more; check BITRIX_DOMAIN, BITRIX_CLIENT_ID and BITRIX_CLIENT_SECRET.'

/** Sees that every portal is authorized and has the bot. */
export const bitrix24Check: Check<Bitrix24Context> = {
  id: 'live.bitrix24',
  title: 'Bitrix24',
  run: (context) =>
    withRemedy(REMEDY, async () => {
      const states = await context.inspectBitrix24()
      if (typeof states === 'string') return { status: 'skip', evidence: states }
      return states.map(toFinding).find(({ status }) => status !== 'pass') ?? joined(states)
    }),
}

function toFinding({ host, problem }: BitrixPortalState): Finding {
  if (problem === null) return { status: 'pass', evidence: host }
  const remedy = 'Start the server and open /oauth/bitrix/start in a browser.'
  return { status: 'warn', evidence: `${host}: ${problem}`, remedy }
}

function joined(states: readonly BitrixPortalState[]): Finding {
  const lines = states.map(
    ({ host, mode }) => `${host}: messages ${mode === 'fetch' ? 'are fetched' : 'come by webhook'}`,
  )
  return { status: 'pass', evidence: lines.join('; ') }
}
