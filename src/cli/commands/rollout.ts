import type { RolloutDesk, RolloutView } from '../../rollout/rollout.ts'
import { UsageError, type Command, type ExitCode, type Invocation } from '../command.ts'
import { printExplanation, printRollout, printRollouts } from '../print-rollout.ts'
import { simulate } from '../simulate-rollout.ts'
import { toOrder, withDesks } from '../with-desks.ts'

const ACTIONS = ['start', 'status', 'pause', 'resume', 'abort', 'promote', 'explain', 'simulate'] as const
type Action = (typeof ACTIONS)[number]

export const rollout: Command = {
  name: 'rollout',
  summary: 'Bring out a new revision of a bot step by step, and say why it went on or back',
  usage: `<${ACTIONS.join('|')}> [bot]`,
  arity: [1, 2],
  options: {
    revision: { type: 'string', value: 'hash', about: 'start: which of several candidates' },
    full: { type: 'boolean', about: 'promote: make the candidate the stable revision at once' },
    reason: { type: 'string', value: 'text', about: 'Why, for the record' },
    'error-rate': {
      type: 'string',
      value: '3%',
      about: 'simulate: share of turns that fail on the candidate',
    },
    'stable-error-rate': {
      type: 'string',
      value: '0.5%',
      about: 'simulate: the same on the stable revision',
    },
    late: {
      type: 'string',
      value: '2%',
      about: 'simulate: first tokens of the candidate that come too late',
    },
    traffic: {
      type: 'string',
      value: '5/s',
      about: 'simulate: turns by second, minute, hour or day (s, m, h, d)',
    },
    outage: { type: 'string', value: '60-90', about: 'simulate: minutes in which the provider is away' },
    runs: { type: 'string', value: 'n', about: 'simulate: how many rollouts (100)' },
    seed: { type: 'string', value: 'n', about: 'simulate: the same seed gives the same rollouts (1)' },
    json: { type: 'boolean', about: 'Print the outcome as JSON' },
  },
  examples: [
    'botyard rollout start support --reason "new prices"',
    'botyard rollout status',
    'botyard rollout explain support',
    'botyard rollout simulate --error-rate 3% --traffic 5/s',
  ],
  run: (invocation) => {
    const [word, bot] = invocation.arguments
    const action = ACTIONS.find((known) => known === word)
    if (!action || (bot === undefined && action !== 'status' && action !== 'simulate'))
      throw new UsageError(`Usage: botyard rollout ${rollout.usage}`)
    if (action === 'simulate') return simulate(bot, invocation)
    return withDesks(invocation.terminal, async (desks) =>
      run(await desks.rollouts(), { action, bot, invocation }),
    )
  },
}

interface Work {
  readonly action: Exclude<Action, 'simulate'>
  readonly bot: string | undefined
  readonly invocation: Invocation
}

async function run(desk: RolloutDesk, { action, bot, invocation }: Work): Promise<ExitCode> {
  const { options, terminal } = invocation
  const show = (value: object, print: () => void): ExitCode => {
    if (options['json']) terminal.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    else print()
    return 0
  }
  if (bot === undefined) {
    const all = await desk.list()
    return show(all, () => printRollouts(all, terminal.stdout))
  }
  if (action === 'explain') {
    const explanation = await desk.explain(bot)
    show(explanation, () => printExplanation(explanation, terminal.stdout))
    return explanation.brokenAt === null ? 0 : 1
  }
  if (action === 'start') {
    const { revision } = options
    const by = { ...toOrder(options['reason']), ...(typeof revision === 'string' && { revision }) }
    const started = await desk.start(bot, by)
    return show(started, () => {
      printRollout(started.rollout, terminal.stdout)
      for (const line of started.outlook) terminal.stdout.write(`  ${line}\n`)
    })
  }
  const view = await change(desk, { action, bot, invocation })
  return show(view, () => printRollout(view, terminal.stdout))
}

function change(
  desk: RolloutDesk,
  { action, bot = '', invocation: { options } }: Work,
): Promise<RolloutView> {
  const by = toOrder(options['reason'])
  if (action === 'promote') return desk.promote(bot, { ...by, full: options['full'] === true })
  if (action === 'pause' || action === 'resume' || action === 'abort') return desk[action](bot, by)
  return desk.status(bot)
}
