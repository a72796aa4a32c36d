import type { Writable } from 'node:stream'
import type { DecisionView, Explanation, RolloutView } from '../rollout/rollout.ts'
import { paint } from './paint.ts'
import { printTable } from './print-table.ts'

/** A line for each bot. */
export function printRollouts(rollouts: readonly RolloutView[], out: Writable): void {
  if (rollouts.length === 0) out.write('no rollouts\n')
  else
    printTable(
      ['bot', 'status', 'share', 'stable', 'candidate', 'since', 'why'],
      rollouts.map((view) => [
        view.bot,
        view.status,
        `${view.percent} %`,
        view.stable,
        view.candidate,
        view.changedAt,
        view.reason,
      ]),
      out,
    )
}

/** Where one rollout stands, and what its gates say. */
export function printRollout(view: RolloutView, out: Writable): void {
  const { bot, status, percent, stable, candidate, stage, plan, reason, judgement } = view
  const write = (label: string, text: string): void =>
    void out.write(`${paint(out, 'cyan', label.padEnd(12))}  ${text}\n`)
  out.write(`${paint(out, 'bold', bot)}: ${status} at ${percent} %\n`)
  write('stable', stable)
  write('candidate', candidate)
  const open = status === 'running' || status === 'paused'
  const steps = plan.map((step) => `${step.percent} %`).join(', ')
  if (open) write('step', `${stage + 1} of ${plan.length}: ${steps}`)
  const since = open ? view.stageStartedAt : view.changedAt
  write('since', `${since}${open && !view.automatic ? ', every step is yours' : ''}`)
  write('why', reason)
  const next = NEXT[status]?.(bot)
  if (next) write('next', next)
  // What held has not ended it: a person has.
  if (!judgement || (!open && judgement.verdict === 'hold')) return
  write('judged', `${judgement.verdict}: ${judgement.reason}`)
  for (const gate of judgement.gates) write(`  ${gate.gate}`, `${gate.verdict}: ${gate.reason}`)
}

/** What can be done where something has ended or waits for a person. */
const NEXT: Readonly<Record<string, (bot: string) => string>> = {
  paused: (bot) =>
    `\`botyard rollout resume ${bot}\` goes on, \`promote\` takes the next step, \`abort\` goes back to 0 %`,
  promoted: (bot) =>
    `deploy with the candidate in \`bots\`, if the bot is in code; \`botyard rollout abort ${bot}\` takes it back`,
  'rolled-back': (bot) =>
    `\`botyard rollout explain ${bot}\` says why; mend the candidate and start another rollout`,
  aborted: (bot) => `\`botyard rollout start ${bot}\` begins another one`,
}

/** Every decision with its numbers, the oldest first. */
export function printExplanation({ rollout, decisions, brokenAt }: Explanation, out: Writable): void {
  printRollout(rollout, out)
  out.write('\n')
  for (const decision of decisions.toReversed()) printDecision(decision, out)
  out.write(
    brokenAt === null
      ? 'the record is as it was written\n'
      : `${paint(out, 'red', `entry ${brokenAt} of the record was changed after it was written`)}\n`,
  )
}

function printDecision({ at, actor, before, after, reason, hash }: DecisionView, out: Writable): void {
  const from = describe(before)
  const to = describe(after)
  const move = from === to ? to : `${from} → ${to}`
  out.write(
    `${paint(out, 'dim', at)}  ${paint(out, 'bold', move)}  by ${actor}  ${paint(out, 'dim', hash.slice(0, 8))}\n`,
  )
  out.write(`  ${reason}\n`)
}

function describe(state: unknown): string {
  if (typeof state !== 'object' || state === null) return 'nothing'
  const { status, percent } = state as { readonly status?: string; readonly percent?: number }
  // At which step it went back is no share of people any more.
  if (status === 'aborted' || status === 'rolled-back') return status
  return `${status ?? ''} ${percent ?? 0} %`
}
