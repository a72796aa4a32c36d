import type { RolloutDesk, RolloutView } from '../../rollout/rollout.ts'
import { UsageError, type Command, type ExitCode, type Invocation } from '../command.ts'
import { printExplanation, printRollout, printRollouts } from '../print-rollout.ts'
import { simulate } from '../simulate-rollout.ts'
import { toOrder, withDesks } from '../with-desks.ts'

const ACTIONS = {
  start: 'Give the candidate to the first people',
  status: 'Where the rollout of a bot stands, or those of all',
  pause: 'Take no further step; the share of people stays',
  resume: 'Go on from there, judged anew',
  promote: 'Take the next step now; with --full all of them',
  abort: 'Go back to the stable revision now, also after the end',
  explain: 'Every decision: who, when, why, with what numbers',
  simulate: 'Play made-up rollouts through the same gates; changes nothing',
} as const satisfies Record<string, string>
type Action = keyof typeof ACTIONS

export const rollout: Command = {
  name: 'rollout',
  summary: 'Bring out a new revision of a bot step by step, and say why it went on or back',
  usage: '<action> [bot]',
  actions: ACTIONS,
  arity: [1, 2],
  options: {
    revision: { type: 'string', value: 'hash', about: 'start: which of several candidates' },
    full: { type: 'boolean', about: 'promote: make the candidate the stable revision at once' },
    reason: { type: 'string', value: 'text', about: 'Why, for the record' },
    'error-rate': {
      type: 'string',
      value: 'share',
      about: 'simulate: share of turns that fail on the candidate (default: 3%)',
    },
    'stable-error-rate': {
      type: 'string',
      value: 'share',
      about: 'simulate: the same on the stable revision (default: 0.5%)',
    },
    late: {
      type: 'string',
      value: 'share',
      about: 'simulate: first tokens of the candidate that come too late (default: 2%)',
    },
    traffic: {
      type: 'string',
      value: 'rate',
      about: 'simulate: turns by second, minute, hour or day: s, m, h, d (default: 5/s)',
    },
    outage: {
      type: 'string',
      value: 'minutes',
      about: 'simulate: when the provider is away, such as 60-90 (default: never)',
    },
    runs: { type: 'string', value: 'n', about: 'simulate: how many rollouts (default: 100)' },
    seed: {
      type: 'string',
      value: 'n',
      about: 'simulate: the same seed gives the same rollouts (default: 1)',
    },
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
    const action = word as Action
    if (bot === undefined && action !== 'status' && action !== 'simulate')
      throw new UsageError(
        `Say of which bot: botyard rollout ${action} <bot>. \`botyard rollout status\` lists the rollouts.`,
      )
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
      printMissingReason(invocation)
    })
  }
  const view = await change(desk, { action, bot, invocation })
  return show(view, () => {
    printRollout(view, terminal.stdout)
    if (action !== 'status') printMissingReason(invocation)
  })
}

function printMissingReason({ options, terminal: { stdout } }: Invocation): void {
  if (!options['reason']) stdout.write('  the record holds no reason; --reason "…" would put one there\n')
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
