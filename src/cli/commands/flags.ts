import type { FlagChange, FlagState } from '../../flags/flags.ts'
import { UsageError, type Command, type Invocation } from '../command.ts'
import { printTable } from '../print-table.ts'
import { toOrder, withDesks } from '../with-desks.ts'

export const flags: Command = {
  name: 'flags',
  summary: 'Look at feature flags and change them, on every replica within two seconds',
  usage: '<list|set> [flag]',
  actions: {
    list: 'Every flag, and whom it is on for',
    set: 'Change one flag; what no option names stays',
  },
  arity: [1, 2],
  options: {
    percentage: { type: 'string', value: 'n', about: 'set: share of people, 0 to 100 (streaming, tts)' },
    enabled: { type: 'string', value: 'true|false', about: 'set: false turns it off for everybody' },
    allow: {
      type: 'string',
      value: 'ids',
      about: 'set: users or sessions it is always on for, separated by commas',
    },
    deny: {
      type: 'string',
      value: 'ids',
      about: 'set: users or sessions it is always off for, separated by commas',
    },
    variant: {
      type: 'string',
      value: 'A|B',
      about: 'set: the half of the A/B test that is streamed (abTest)',
    },
    reason: { type: 'string', value: 'text', about: 'set: why, for the record' },
    json: { type: 'boolean', about: 'Print the flags as JSON' },
  },
  examples: ['botyard flags list', 'botyard flags set streaming --percentage 5 --reason "phase 2"'],
  run: (invocation) => {
    const [action, name] = invocation.arguments
    const listing = action === 'list' && name === undefined
    if (!listing && !(action === 'set' && name !== undefined))
      throw new UsageError('Usage: botyard flags list, or botyard flags set <flag> [options]')
    const { options, terminal } = invocation
    const change = toChange(options)
    return withDesks(terminal, async (desks) => {
      const desk = await desks.flags()
      const shown =
        name === undefined ? await desk.list() : [await desk.set(name, change, toOrder(options['reason']))]
      if (options['json']) terminal.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
      else printTable(HEADINGS, shown.map(toRow), terminal.stdout)
      return 0
    })
  },
}

const HEADINGS = ['flag', 'enabled', 'percentage', 'always on', 'always off', 'variant']

function toRow({ name, enabled, percentage, allow, deny, variant }: FlagState): readonly string[] {
  const shared = name === 'streaming' || name === 'tts'
  return [
    name,
    enabled ? 'yes' : 'no',
    shared ? `${percentage} %` : '',
    allow.join(', '),
    deny.join(', '),
    name === 'abTest' ? variant : '',
  ]
}

function toChange({ percentage, enabled, allow, deny, variant }: Invocation['options']): FlagChange {
  return {
    ...(percentage !== undefined && { percentage: toNumber(percentage) }),
    ...(enabled !== undefined && { enabled: toBoolean(enabled) }),
    ...(typeof allow === 'string' && { allow: toList(allow) }),
    ...(typeof deny === 'string' && { deny: toList(deny) }),
    ...(typeof variant === 'string' && { variant: toVariant(variant) }),
  }
}

function toNumber(text: string | boolean): number {
  const number = Number(text)
  if (text !== '' && Number.isInteger(number) && number >= 0 && number <= 100) return number
  throw new UsageError('--percentage takes a whole number from 0 to 100.')
}

function toBoolean(text: string | boolean): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new UsageError('--enabled takes true or false.')
}

function toVariant(text: string): 'A' | 'B' {
  if (text === 'A' || text === 'B') return text
  throw new UsageError('--variant takes A or B.')
}

function toList(text: string): readonly string[] {
  return text.split(',').flatMap((part) => part.trim() || [])
}
