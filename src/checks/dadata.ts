import type { Check, Finding } from './check.ts'

export interface DaDataContext {
  /** Asks DaData whether the key is good; a sentence when there is none. Throws when it is not. */
  inspectDaData(): Promise<{ readonly remaining: number | null } | string>
}

/** A check of a company takes two lookups. */
const FEW = 100

export const dadataCheck: Check<DaDataContext> = {
  id: 'live.dadata',
  title: 'DaData',
  run: async (context) => {
    try {
      const state = await context.inspectDaData()
      return typeof state === 'string' ? { status: 'skip', evidence: state } : judge(state.remaining)
    } catch (error) {
      const evidence = error instanceof Error ? error.message : String(error)
      return {
        status: 'fail',
        evidence,
        remedy:
          'Check DADATA_API_KEY and DADATA_SECRET_KEY in the profile at dadata.ru, and the way to DADATA_BASE_URL.',
      }
    }
  },
}

function judge(remaining: number | null): Finding {
  if (remaining === null) return { status: 'pass', evidence: 'the key is good' }
  const evidence = `the key is good, ${remaining} lookups are left today`
  if (remaining >= FEW) return { status: 'pass', evidence }
  return { status: 'warn', evidence, remedy: 'Take a bigger plan at dadata.ru, or wait for tomorrow.' }
}
