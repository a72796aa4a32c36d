/** One panel: a line for each query. */
interface Panel {
  readonly title: string
  /** Of Grafana, such as `s`, `ms`, `percentunit`, `short`. */
  readonly unit: string
  /** PromQL, by what its line is called. */
  readonly queries: Readonly<Record<string, string>>
  /** Marks a line of its own across the panel. */
  readonly threshold?: number
}

interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
}

const quantiles = (metric: string): Panel['queries'] =>
  Object.fromEntries(
    [0.5, 0.95, 0.99].map((share) => [
      `p${share * 100}`,
      `histogram_quantile(${share}, sum by (le) (rate(${metric}_bucket{bot=~"$bot"}[$__rate_interval])))`,
    ]),
  )

const perSecond = (metric: string, by: string, filter = ''): string =>
  `sum by (${by}) (rate(${metric}${filter}[$__rate_interval]))`

/** The dashboards that ship; `deploy/observability/grafana` is written from here. */
export const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'botyard-answers',
    title: 'Botyard: answers',
    panels: [
      {
        title: 'Turns per second by outcome',
        unit: 'reqps',
        queries: { '{{outcome}}': perSecond('chat_turns_total', 'outcome', '{bot=~"$bot"}') },
      },
      {
        title: 'Turns per second by bot and channel',
        unit: 'reqps',
        queries: { '{{bot}} {{channel}}': perSecond('chat_turns_total', 'bot, channel', '{bot=~"$bot"}') },
      },
      {
        title: 'Share of turns that failed',
        unit: 'percentunit',
        threshold: 0.02,
        queries: {
          '{{bot}}':
            'sum by (bot) (rate(chat_turns_total{bot=~"$bot",outcome=~"failed|interrupted"}[$__rate_interval])) / sum by (bot) (rate(chat_turns_total{bot=~"$bot"}[$__rate_interval]))',
        },
      },
      { title: 'First token', unit: 's', threshold: 1.5, queries: quantiles('chat_first_token_seconds') },
      { title: 'First sound', unit: 's', queries: quantiles('chat_first_audio_seconds') },
      { title: 'Whole answer', unit: 's', queries: quantiles('chat_turn_seconds') },
      {
        title: 'Open rollouts: step, from 1',
        unit: 'none',
        queries: { '{{bot}} {{status}}': 'max by (bot, status) (chat_rollout_stage{bot=~"$bot"})' },
      },
      {
        title: 'Share of turns by revision',
        unit: 'percentunit',
        queries: {
          '{{bot}} {{revision}}':
            'sum by (bot, revision) (rate(chat_turns_total{bot=~"$bot"}[$__rate_interval])) / on (bot) group_left () sum by (bot) (rate(chat_turns_total{bot=~"$bot"}[$__rate_interval]))',
        },
      },
      {
        title: 'First token by revision, p95',
        unit: 's',
        queries: {
          '{{bot}} {{revision}}':
            'histogram_quantile(0.95, sum by (le, bot, revision) (rate(chat_first_token_seconds_bucket{bot=~"$bot"}[$__rate_interval])))',
        },
      },
      {
        title: 'Failures by revision',
        unit: 'percentunit',
        queries: {
          '{{bot}} {{revision}}':
            'sum by (bot, revision) (rate(chat_turns_total{bot=~"$bot",outcome=~"failed|interrupted"}[$__rate_interval])) / sum by (bot, revision) (rate(chat_turns_total{bot=~"$bot"}[$__rate_interval]))',
        },
      },
      {
        title: 'Tokens per second',
        unit: 'short',
        queries: {
          '{{direction}} {{model}}':
            'sum by (direction, model) (rate(chat_turn_tokens_sum{bot=~"$bot"}[$__rate_interval]))',
        },
      },
      {
        title: 'Search, p95',
        unit: 's',
        queries: {
          '{{bot}}':
            'histogram_quantile(0.95, sum by (le, bot) (rate(chat_retrieval_seconds_bucket{bot=~"$bot"}[$__rate_interval])))',
        },
      },
      {
        title: 'Tools, p95',
        unit: 's',
        queries: {
          '{{tool}} {{outcome}}':
            'histogram_quantile(0.95, sum by (le, tool, outcome) (rate(chat_tool_seconds_bucket[$__rate_interval])))',
        },
      },
      {
        title: 'Failures of models',
        unit: 'short',
        queries: { '{{provider}} {{kind}}': perSecond('chat_provider_errors_total', 'provider, kind') },
      },
    ],
  },
  {
    uid: 'botyard-server',
    title: 'Botyard: server',
    panels: [
      {
        title: 'Turns that run',
        unit: 'short',
        queries: { '{{instance}} {{replica}}': 'chat_active_turns' },
      },
      {
        title: 'Room for turns in use',
        unit: 'percentunit',
        threshold: 0.8,
        queries: { '{{instance}} {{replica}}': 'chat_active_turns / chat_running_turns_limit' },
      },
      {
        title: 'Turned away',
        unit: 'short',
        queries: { '{{reason}}': perSecond('chat_shed_total', 'reason') },
      },
      {
        title: 'CPU, cores',
        unit: 'short',
        threshold: 0.9,
        queries: {
          '{{instance}} {{replica}}': 'rate(process_cpu_seconds_total{job="botyard"}[$__rate_interval])',
        },
      },
      {
        title: 'Memory in use',
        unit: 'percentunit',
        threshold: 0.8,
        queries: { '{{instance}} {{replica}}': 'process_resident_memory_bytes / process_memory_limit_bytes' },
      },
      {
        title: 'Event loop, how late',
        unit: 's',
        queries: { '{{instance}} {{replica}} {{percentile}}': 'nodejs_eventloop_delay_seconds' },
      },
      {
        title: 'Connections to the database',
        unit: 'short',
        queries: {
          '{{instance}} {{replica}} {{state}}': 'database_pool_connections',
          '{{instance}} {{replica}} waiting': 'database_pool_waiting',
        },
      },
      {
        title: 'Wait for a connection, p95',
        unit: 's',
        queries: {
          p95: 'histogram_quantile(0.95, sum by (le) (rate(database_pool_wait_seconds_bucket[$__rate_interval])))',
        },
      },
      {
        title: 'Requests per second',
        unit: 'reqps',
        queries: { '{{route}} {{status}}': perSecond('http_request_seconds_count', 'route, status') },
      },
      {
        title: 'Hits of caches',
        unit: 'percent',
        queries: { '{{type}}': 'avg by (type) (chatbot_cache_hit_rate)' },
      },
    ],
  },
  {
    uid: 'botyard-messages',
    title: 'Botyard: messages',
    panels: [
      { title: 'Messages that wait', unit: 'short', queries: { messages: 'max(chat_queue_depth)' } },
      {
        title: 'Oldest message that waits',
        unit: 's',
        threshold: 300,
        queries: { oldest: 'max(chat_queue_oldest_seconds)' },
      },
      { title: 'Given up', unit: 'short', queries: { messages: 'max(chat_dead_letters)' } },
      {
        title: 'Wait before the turn, p95',
        unit: 's',
        queries: {
          '{{channel}}':
            'histogram_quantile(0.95, sum by (le, channel) (rate(chat_queue_wait_seconds_bucket[$__rate_interval])))',
        },
      },
      {
        title: 'Deliveries per second',
        unit: 'short',
        queries: { '{{channel}} {{outcome}}': perSecond('chat_deliveries_total', 'channel, outcome') },
      },
      {
        title: 'Delivery, p95',
        unit: 's',
        queries: {
          '{{channel}}':
            'histogram_quantile(0.95, sum by (le, channel) (rate(chat_delivery_seconds_bucket[$__rate_interval])))',
        },
      },
      {
        title: 'People of the last hour',
        unit: 'short',
        queries: { people: 'max(chatbot_active_users_unique)' },
      },
      { title: 'Conversations', unit: 'short', queries: { conversations: 'max(chatbot_total_sessions)' } },
    ],
  },
]

const WIDTH = 12
const HEIGHT = 8
const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' }

/** A dashboard as Grafana imports it; source: its JSON model, schema version 39. */
export function toGrafana({ uid, title, panels }: Dashboard): string {
  const usesBots = panels.some(({ queries }) =>
    Object.values(queries).some((query) => query.includes('$bot')),
  )
  const model = {
    uid,
    title,
    tags: ['botyard'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    templating: { list: [dataSourceVariable(), ...(usesBots ? [botVariable()] : [])] },
    panels: panels.map(toPanel),
  }
  return `${JSON.stringify(model, null, 2)}\n`
}

function toPanel({ title, unit, queries, threshold }: Panel, index: number): object {
  const steps = [
    { color: 'green', value: null },
    ...(threshold === undefined ? [] : [{ color: 'red', value: threshold }]),
  ]
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: DATA_SOURCE,
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: { thresholdsStyle: { mode: threshold === undefined ? 'off' : 'line' } },
        thresholds: { mode: 'absolute', steps },
      },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: Object.entries(queries).map(([legendFormat, expr], place) => ({
      refId: String.fromCodePoint(65 + place),
      datasource: DATA_SOURCE,
      expr,
      legendFormat,
    })),
  }
}

function dataSourceVariable(): object {
  return { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }
}

function botVariable(): object {
  return {
    name: 'bot',
    type: 'query',
    label: 'Bot',
    datasource: DATA_SOURCE,
    query: { query: 'label_values(chat_turns_total, bot)', refId: 'bots' },
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    refresh: 2,
  }
}
