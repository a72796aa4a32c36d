/** What `botyard watch` looks at: the replies of `/api/metrics/streaming` and `/api/metrics/health/streaming`. */
export interface WatchedNumbers {
  readonly health: {
    readonly status: string
    readonly checks: Readonly<Record<string, { readonly status: string; readonly value: unknown }>>
  }
  readonly metrics: {
    /** Of the last five minutes. */
    readonly recent: { readonly ended: number; readonly firstToken: { readonly p95: number | null } }
    readonly resources: {
      readonly memoryPercent: number
      readonly cpuPercent: number
      readonly eventLoopDelayMs: number
    }
    readonly queue: { readonly oldestWaitMs: number; readonly dead: number }
  }
}

/** A reason to look at the server, as a rule for Prometheus and, where one look is enough, as a check of `watch`. */
export interface Alert {
  /** Also the name of its page, `docs/runbooks/<name>.md`, in kebab case. */
  readonly name: `Botyard${string}`
  readonly severity: 'warning' | 'critical'
  /** PromQL; fires while it gives anything. */
  readonly expr: string
  /** How long it has to hold, as Prometheus writes it. */
  readonly for: string
  readonly summary: string
  /** What is wrong, in a sentence; undefined when nothing is. Absent: only Prometheus can tell. */
  readonly check?: (numbers: WatchedNumbers) => string | undefined
}

/** Turns that failed through somebody's fault, of all that ended. Stopping one is no failure. */
const failedShare = (window: string): string =>
  `sum(rate(chat_turns_total{outcome=~"failed|interrupted"}[${window}])) / sum(rate(chat_turns_total[${window}]))`

const quantile = (share: number, metric: string, by = 'le'): string =>
  `histogram_quantile(${share}, sum by (${by}) (rate(${metric}_bucket[5m])))`

/** A percentage of a handful of turns says nothing. */
const enough = (window = '5m'): string => `and sum(increase(chat_turns_total[${window}])) > 20`

/** Every alert, the gravest first; those of guides 001 and 002 with their thresholds. */
export const ALERTS: readonly Alert[] = [
  {
    name: 'BotyardDown',
    severity: 'critical',
    expr: 'up{job="botyard"} == 0 or absent(up{job="botyard"})',
    for: '1m',
    summary: 'A replica does not answer',
  },
  {
    name: 'BotyardUnhealthy',
    severity: 'critical',
    expr: `(${failedShare('5m')} > 0.05) ${enough()} or (sum(rate(chat_first_token_seconds_sum[5m])) / sum(rate(chat_first_token_seconds_count[5m])) > 2) ${enough()}`,
    for: '2m',
    summary: 'More than 5 % of the turns fail, or the first token takes more than 2 s on average',
    check: ({ health: { status, checks } }) =>
      status === 'unhealthy' ? `unhealthy: ${namesOf(checks, 'fail')}` : undefined,
  },
  {
    name: 'BotyardErrorBudgetFast',
    severity: 'critical',
    expr: `(${failedShare('1h')} > 0.144) and (${failedShare('5m')} > 0.144) ${enough('1h')}`,
    for: '2m',
    summary: 'Turns fail so often that a month of 99 % is used up in two days',
  },
  {
    name: 'BotyardErrorBudgetSlow',
    severity: 'warning',
    expr: `(${failedShare('6h')} > 0.06) and (${failedShare('30m')} > 0.06) ${enough('6h')}`,
    for: '15m',
    summary: 'Turns fail so often that a month of 99 % is used up in five days',
  },
  {
    name: 'BotyardErrorRate',
    severity: 'warning',
    expr: `(${failedShare('5m')} > 0.02) ${enough()}`,
    for: '5m',
    summary: 'More than 2 % of the turns fail',
    check: ({ health, metrics }) =>
      isEnough(metrics)
        ? problemOf(health.checks['errorRate'], (value) => `${value} % of the turns fail`)
        : undefined,
  },
  {
    name: 'BotyardFirstTokenSlow',
    severity: 'warning',
    expr: `(${quantile(0.95, 'chat_first_token_seconds')} > 1.5) ${enough()}`,
    for: '5m',
    summary: 'One in twenty first tokens takes more than 1.5 s',
    check: ({ metrics }) =>
      isEnough(metrics)
        ? above(metrics.recent.firstToken.p95, 1_500, (ms) => `the p95 of the first token is ${ms} ms`)
        : undefined,
  },
  {
    name: 'BotyardAnswersSlow',
    severity: 'warning',
    expr: `(${quantile(0.95, 'chat_turn_seconds')} > 15) ${enough()}`,
    for: '10m',
    summary: 'One in twenty answers takes more than 15 s',
  },
  {
    name: 'BotyardModelSlow',
    severity: 'warning',
    expr: `${quantile(0.5, 'chat_first_token_seconds', 'le, model')} > 5`,
    for: '5m',
    summary: 'A model takes more than 5 s to begin',
  },
  {
    name: 'BotyardModelErrors',
    severity: 'warning',
    expr: 'sum by (provider, kind) (increase(chat_provider_errors_total[5m])) > 5',
    for: '2m',
    summary: 'A provider of models fails, or limits us',
  },
  {
    name: 'BotyardToolsSlow',
    severity: 'warning',
    expr: `${quantile(0.95, 'chat_tool_seconds', 'le, tool')} > 5`,
    for: '10m',
    summary: 'A tool takes more than 5 s',
  },
  {
    name: 'BotyardMemoryHigh',
    severity: 'warning',
    expr: 'process_resident_memory_bytes / process_memory_limit_bytes > 0.8',
    for: '5m',
    summary: 'A replica uses more than 80 % of its memory',
    check: ({ metrics }) =>
      above(metrics.resources.memoryPercent, 80, (value) => `${value} % of the memory is used`),
  },
  {
    name: 'BotyardCpuHigh',
    severity: 'warning',
    expr: 'rate(process_cpu_seconds_total{job="botyard"}[5m]) > 0.9',
    for: '5m',
    summary: 'A replica uses more than 90 % of a core',
    check: ({ metrics }) =>
      above(metrics.resources.cpuPercent, 90, (value) => `${value} % of a core is used`),
  },
  {
    name: 'BotyardEventLoopLate',
    severity: 'warning',
    expr: 'nodejs_eventloop_delay_seconds{percentile="p99"} > 0.2',
    for: '5m',
    summary: 'Something holds the event loop up for more than 200 ms',
    check: ({ metrics }) =>
      above(metrics.resources.eventLoopDelayMs, 200, (ms) => `the event loop is ${ms} ms late`),
  },
  {
    name: 'BotyardActiveStreams',
    severity: 'warning',
    expr: 'chat_active_turns / chat_running_turns_limit > 0.8',
    for: '2m',
    summary: 'A replica runs more than 80 % of the turns it may',
    check: ({ health }) => problemOf(health.checks['activeStreams'], (value) => `${value} turns run`),
  },
  {
    name: 'BotyardTurnsRefused',
    severity: 'critical',
    expr: 'sum(increase(chat_shed_total{reason="overloaded"}[5m])) > 0',
    for: '1m',
    summary: 'People are turned away for want of room',
  },
  {
    name: 'BotyardDatabasePool',
    severity: 'warning',
    expr: `${quantile(0.95, 'database_pool_wait_seconds')} > 1`,
    for: '5m',
    summary: 'Statements wait more than 1 s for a connection to the database',
  },
  {
    name: 'BotyardNumbersUnreadable',
    severity: 'critical',
    expr: 'chat_numbers_readable == 0',
    for: '2m',
    summary: 'A replica cannot read the database',
  },
  {
    name: 'BotyardRedisAway',
    severity: 'warning',
    expr: 'redis_away == 1',
    for: '2m',
    summary: 'Redis is configured and does not answer',
    check: ({ health }) => problemOf(health.checks['redis'], (value) => `Redis is ${value}`),
  },
  {
    name: 'BotyardQueueStuck',
    severity: 'critical',
    expr: 'max(chat_queue_oldest_seconds) > 300',
    for: '2m',
    summary: 'An accepted message waits for more than five minutes',
    check: ({ metrics }) =>
      above(metrics.queue.oldestWaitMs, 300_000, (ms) => `a message waits for ${Math.round(ms / 1_000)} s`),
  },
  {
    name: 'BotyardDeadLetters',
    severity: 'warning',
    expr: 'max(chat_dead_letters) > 0',
    for: '1m',
    summary: 'A message was given up',
    check: ({ metrics }) => above(metrics.queue.dead, 0, (count) => `${count} messages were given up`),
  },
  {
    name: 'BotyardDeliveriesFail',
    severity: 'warning',
    expr: 'sum by (channel) (increase(chat_deliveries_total{outcome="failed"}[5m])) > 5',
    for: '2m',
    summary: 'A messaging service does not take answers',
  },
]

/** The page that says what to do, from the root of the repository. */
export function runbookOf({ name }: Pick<Alert, 'name'>): string {
  const words = name
    .replace(/^Botyard/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
  return `docs/runbooks/${words}.md`
}

/** As the health of the numbers: one failure of a quiet night is no rate. */
const FEWEST_TURNS = 10

function isEnough({ recent }: WatchedNumbers['metrics']): boolean {
  return recent.ended >= FEWEST_TURNS
}

function above(value: number | null, threshold: number, say: (value: number) => string): string | undefined {
  return value !== null && value > threshold ? say(value) : undefined
}

type Check = WatchedNumbers['health']['checks'][string]

function problemOf(check: Check | undefined, say: (value: string) => string): string | undefined {
  return check === undefined || check.status === 'pass' ? undefined : say(String(check.value))
}

function namesOf(checks: WatchedNumbers['health']['checks'], status: string): string {
  return Object.entries(checks)
    .flatMap(([name, check]) => (check.status === status ? [`${name} is ${String(check.value)}`] : []))
    .join(', ')
}
