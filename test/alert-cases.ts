import type { Alert } from '../src/observe/alerts.ts'

/** Series as promtool writes them: the first value, the step a minute, how often. */
type Series = Readonly<Record<string, string>>

export interface AlertCase {
  readonly alert: Alert['name']
  /** When it is looked. */
  readonly at: string
  readonly fires: Series
  /** Labels of the alert, beside its severity. */
  readonly labels?: Readonly<Record<string, string>>
  readonly quiet: Series
}

const turns = (completed: number, failed: number, minutes = 30): Series => ({
  'chat_turns_total{outcome="completed"}': `0+${completed}x${minutes}`,
  'chat_turns_total{outcome="failed"}': `0+${failed}x${minutes}`,
})

/** The only turns of a quiet night, a few minutes before either look. */
const FEW_FAILURES: Series = {
  'chat_turns_total{outcome="completed"}': '0x60',
  'chat_turns_total{outcome="failed"}': '0x15 1x24 2x19',
}

/** 100 observations a minute, `below` of them up to `le`, the others up to `next`. */
const histogram = (
  name: string,
  { le, next, below, labels = '' }: { le: number; next: number; below: number; labels?: string },
): Series => ({
  [`${name}_bucket{${labels}le="${le}"}`]: `0+${below}x30`,
  [`${name}_bucket{${labels}le="${next}"}`]: '0+100x30',
  [`${name}_bucket{${labels}le="+Inf"}`]: '0+100x30',
})

/** Every alert: what it fires on, and what it bears. */
export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'BotyardDown',
    at: '5m',
    fires: { 'up{job="botyard",instance="a"}': '0x10' },
    labels: { job: 'botyard', instance: 'a' },
    quiet: { 'up{job="botyard",instance="a"}': '1x10' },
  },
  { alert: 'BotyardUnhealthy', at: '15m', fires: turns(90, 10), quiet: turns(96, 4) },
  { alert: 'BotyardErrorBudgetFast', at: '20m', fires: turns(80, 20), quiet: turns(90, 10) },
  { alert: 'BotyardErrorBudgetSlow', at: '45m', fires: turns(90, 10, 60), quiet: turns(96, 4, 60) },
  { alert: 'BotyardErrorBudgetFast', at: '20m', fires: turns(80, 20), quiet: FEW_FAILURES },
  { alert: 'BotyardErrorBudgetSlow', at: '45m', fires: turns(90, 10, 60), quiet: FEW_FAILURES },
  { alert: 'BotyardErrorRate', at: '15m', fires: turns(97, 3), quiet: turns(99, 1) },
  // A single failure of a quiet hour wakes nobody.
  { alert: 'BotyardErrorRate', at: '15m', fires: turns(97, 3), quiet: turns(2, 1) },
  {
    alert: 'BotyardFirstTokenSlow',
    at: '15m',
    fires: { ...turns(100, 0), ...histogram('chat_first_token_seconds', { le: 1.5, next: 2, below: 50 }) },
    quiet: { ...turns(100, 0), ...histogram('chat_first_token_seconds', { le: 1.5, next: 2, below: 99 }) },
  },
  {
    alert: 'BotyardAnswersSlow',
    at: '25m',
    fires: { ...turns(100, 0), ...histogram('chat_turn_seconds', { le: 15, next: 30, below: 50 }) },
    quiet: { ...turns(100, 0), ...histogram('chat_turn_seconds', { le: 15, next: 30, below: 99 }) },
  },
  {
    alert: 'BotyardModelSlow',
    at: '15m',
    fires: histogram('chat_first_token_seconds', { le: 5, next: 7.5, below: 10, labels: 'model="m",' }),
    labels: { model: 'm' },
    quiet: histogram('chat_first_token_seconds', { le: 5, next: 7.5, below: 90, labels: 'model="m",' }),
  },
  {
    alert: 'BotyardModelErrors',
    at: '15m',
    fires: { 'chat_provider_errors_total{provider="openai",kind="model_rate_limited"}': '0+2x20' },
    labels: { provider: 'openai', kind: 'model_rate_limited' },
    quiet: { 'chat_provider_errors_total{provider="openai",kind="model_rate_limited"}': '0+0.5x20' },
  },
  {
    alert: 'BotyardToolsSlow',
    at: '25m',
    fires: histogram('chat_tool_seconds', { le: 5, next: 10, below: 10, labels: 'tool="t",' }),
    labels: { tool: 't' },
    quiet: histogram('chat_tool_seconds', { le: 5, next: 10, below: 99, labels: 'tool="t",' }),
  },
  {
    alert: 'BotyardMemoryHigh',
    at: '10m',
    fires: {
      'process_resident_memory_bytes{instance="a"}': '81x20',
      'process_memory_limit_bytes{instance="a"}': '100x20',
    },
    labels: { instance: 'a' },
    quiet: {
      'process_resident_memory_bytes{instance="a"}': '79x20',
      'process_memory_limit_bytes{instance="a"}': '100x20',
    },
  },
  {
    alert: 'BotyardCpuHigh',
    at: '15m',
    fires: { 'process_cpu_seconds_total{job="botyard"}': '0+57x20' },
    labels: { job: 'botyard' },
    quiet: { 'process_cpu_seconds_total{job="botyard"}': '0+50x20' },
  },
  {
    alert: 'BotyardEventLoopLate',
    at: '10m',
    fires: { 'nodejs_eventloop_delay_seconds{percentile="p99"}': '0.3x20' },
    labels: { percentile: 'p99' },
    quiet: { 'nodejs_eventloop_delay_seconds{percentile="p99"}': '0.1x20' },
  },
  {
    alert: 'BotyardActiveStreams',
    at: '5m',
    fires: { chat_active_turns: '81x20', chat_running_turns_limit: '100x20' },
    quiet: { chat_active_turns: '79x20', chat_running_turns_limit: '100x20' },
  },
  {
    alert: 'BotyardTurnsRefused',
    at: '10m',
    fires: { 'chat_shed_total{reason="overloaded"}': '0+1x20' },
    quiet: { 'chat_shed_total{reason="draining"}': '0+1x20' },
  },
  {
    alert: 'BotyardDatabasePool',
    at: '15m',
    fires: histogram('database_pool_wait_seconds', { le: 1, next: 2.5, below: 50 }),
    quiet: histogram('database_pool_wait_seconds', { le: 1, next: 2.5, below: 99 }),
  },
  {
    alert: 'BotyardNumbersUnreadable',
    at: '5m',
    fires: { chat_numbers_readable: '0x10' },
    quiet: { chat_numbers_readable: '1x10' },
  },
  { alert: 'BotyardRedisAway', at: '5m', fires: { redis_away: '1x10' }, quiet: { redis_away: '0x10' } },
  {
    alert: 'BotyardQueueStuck',
    at: '5m',
    fires: { chat_queue_oldest_seconds: '301x10' },
    quiet: { chat_queue_oldest_seconds: '299x10' },
  },
  {
    alert: 'BotyardDeadLetters',
    at: '5m',
    fires: { chat_dead_letters: '1x10' },
    quiet: { chat_dead_letters: '0x10' },
  },
  {
    alert: 'BotyardDeliveriesFail',
    at: '15m',
    fires: { 'chat_deliveries_total{channel="telegram",outcome="failed"}': '0+2x20' },
    labels: { channel: 'telegram' },
    quiet: { 'chat_deliveries_total{channel="telegram",outcome="confirmed"}': '0+2x20' },
  },
]
