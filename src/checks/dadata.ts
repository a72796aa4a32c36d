import type { Check, Finding } from './check.ts'
import { withRemedy } from './with-remedy.ts'

export interface DaDataContext {
  /** Asks DaData whether the key is good; a sentence when there is none. Throws when it is not. */
  inspectDaData(): Promise<{ readonly remaining: number | null } | string>
}

/** A check of a company takes two lookups. */
const FEW = 100

const REMEDY =
  'Check DADATA_API_KEY and DADATA_SECRET_KEY in the profile at dadata.ru, and the way to DADATA_BASE_URL.'

export const dadataCheck: Check<DaDataContext> = {
  id: 'live.dadata',
  title: 'DaData',
  run: (context) =>
    withRemedy(REMEDY, async () => {
      const state = await context.inspectDaData()
      return typeof state === 'string' ? { status: 'skip', evidence: state } : judge(state.remaining)
    }),
}

function judge(remaining: number | null): Finding {
  if (remaining === null) return { status: 'pass', evidence: 'the key is good' }
  const evidence = `the key is good, ${remaining} lookups are left today`
  if (remaining >= FEW) return { status: 'pass', evidence }
  return { status: 'warn', evidence, remedy: 'Take a bigger plan at dadata.ru, or wait for tomorrow.' }
}
