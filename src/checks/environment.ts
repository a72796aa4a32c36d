import type { Config, ConfigCheck, ConfigProblem } from '../config.ts'
import { SETTING_ROWS, type Setting } from '../settings.ts'
import type { Check, Finding } from './check.ts'

/** One check for each variable of Botyard, and one for names that look like ours but are not read. */
export const environmentChecks: readonly Check<ConfigCheck>[] = [
  ...SETTING_ROWS.map(([name, setting]) => checkVariable(name, setting)),
  {
    id: 'environment.unread',
    title: 'Environment',
    run: async ({ warnings }) => {
      const rows = new Set(SETTING_ROWS.map(([name]) => name))
      const unread = warnings.filter(({ variable }) => !rows.has(variable))
      return toFinding('warn', unread) ?? { status: 'pass', evidence: 'no name is misspelt or given twice' }
    },
  },
]

function checkVariable(name: string, setting: Setting): Check<ConfigCheck> {
  const names = new Set([name, ...(setting.aliases ?? [])])
  return {
    id: `environment.${name}`,
    title: setting.section,
    run: async ({ config, problems, warnings }) => {
      const wrong = problems.filter(({ variable }) => names.has(variable))
      const doubtful = warnings.filter(({ variable }) => variable === name)
      const seen = { status: 'pass', evidence: `${name} ${describeValue(config, name, setting)}` } as const
      return toFinding('fail', wrong) ?? toFinding('warn', doubtful) ?? seen
    },
  }
}

function toFinding(status: 'warn' | 'fail', found: readonly ConfigProblem[]): Finding | undefined {
  if (found.length === 0) return undefined
  const evidence = found.map(({ variable, problem }) => `${variable} ${problem}`).join(' ')
  return { status, evidence, remedy: found.map(({ remedy }) => remedy).join(' ') }
}

/** The config is absent while any variable has a problem. */
function describeValue(config: Config | undefined, name: string, { secret }: Setting): string {
  if (!config) return 'is readable'
  const value = new Map(Object.entries(config)).get(name)
  if (value === undefined) return 'is not set'
  if (secret) return 'is set'
  return `is ${typeof value === 'object' ? [...value].map(String).join() : value}`
}
