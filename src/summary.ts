/** One line of what a server does, or why it does not. */
export interface Feature {
  readonly name: string
  readonly on: boolean
  /** What it is when on; how to turn it on when off. */
  readonly detail: string
}

export interface ServedParts {
  /** `missing`: why a bot cannot do its work; undefined when it can. */
  readonly bots: readonly {
    readonly name: string
    readonly model: string
    readonly missing?: string | undefined
  }[]
  /** Chatbots of the database that are published. */
  readonly chatbots: number
  readonly database: string
  readonly openaiChannel: boolean
  readonly keysRequired: boolean
  readonly telegram: Omit<Feature, 'name'>
  readonly bitrix24: Omit<Feature, 'name'>
  readonly poe: Omit<Feature, 'name'>
  readonly speech: Omit<Feature, 'name'>
  readonly transcription: Omit<Feature, 'name'>
  /** Where the secret that signs tokens comes from; undefined when there are no accounts. */
  readonly tokenSecret: 'setting' | 'file' | 'start' | undefined
  /** Where the cache is kept, for people. */
  readonly cache: string
  /** How documents are searched, for people. */
  readonly search: string
  /** Where traces go; undefined when there are none. */
  readonly traces: string | undefined
  readonly errorReports: boolean
}

/** What is on, what is off and why: the lines a start prints. */
export function summarize(parts: ServedParts): readonly Feature[] {
  const { bots, database, openaiChannel, keysRequired, telegram, poe, tokenSecret, cache, search } = parts
  return [
    ...botLines(bots),
    ...(bots.some(({ model }) => model === 'offline') ? [NO_LANGUAGE_MODEL] : []),
    { name: 'database', on: true, detail: database },
    { name: 'chat page', on: true, detail: 'at /, as a widget for other sites at /widget.js' },
    { name: 'web API', on: true, detail: 'at /api/chat/query/stream, described at /docs' },
    { name: 'chatbots', on: tokenSecret !== undefined, detail: chatbotsDetail(parts) },
    { name: 'documents', on: true, detail: `searched by ${search}` },
    { name: 'accounts', on: tokenSecret !== undefined, detail: accountsDetail(tokenSecret) },
    { name: 'Redis', on: cache === 'Redis', detail: cacheDetail(cache) },
    { name: 'OpenAI API', on: openaiChannel, detail: openaiDetail({ openaiChannel, keysRequired }) },
    { name: 'Telegram', ...telegram },
    { name: 'Bitrix24', ...parts.bitrix24 },
    { name: 'Poe', ...poe },
    { name: 'speech', ...parts.speech },
    { name: 'recordings', ...parts.transcription },
    { name: 'metrics', on: true, detail: 'at /metrics and /api/metrics/streaming' },
    { name: 'traces', on: parts.traces !== undefined, detail: tracesDetail(parts) },
    { name: 'error reports', on: parts.errorReports, detail: reportsDetail(parts) },
  ]
}

/** A line for the bots of each model, and one for each that cannot do its work. */
function botLines(bots: ServedParts['bots']): readonly Feature[] {
  const working = Map.groupBy(
    bots.filter(({ missing }) => missing === undefined),
    ({ model }) => model,
  )
  return [
    ...[...working].map(([model, group]) => ({
      name: 'bots',
      on: true,
      detail: `${group.map(({ name }) => name).join(', ')}: answered by ${model === 'offline' ? 'the offline model' : model}`,
    })),
    ...bots.flatMap(({ name, missing }) =>
      missing === undefined ? [] : [{ name: `bot ${name}`, on: false, detail: missing }],
    ),
  ]
}

function tracesDetail({ traces }: ServedParts): string {
  return traces === undefined ? 'off: set OTEL_EXPORTER_OTLP_ENDPOINT' : `sent to ${traces}`
}

function reportsDetail({ errorReports }: ServedParts): string {
  return errorReports ? 'sent to Sentry' : 'off: set SENTRY_DSN'
}

function chatbotsDetail({ chatbots, tokenSecret }: ServedParts): string {
  const published = `${chatbots} published in the database`
  return tokenSecret === undefined
    ? `${published}; set JWT_SECRET to make more at /api/chatbots`
    : `${published}; made at /api/chatbots`
}

const NO_LANGUAGE_MODEL: Feature = {
  name: 'language model',
  on: false,
  detail: 'off: set OPENAI_API_KEY, COHERE_API_KEY or ANTHROPIC_API_KEY',
}

function openaiDetail({
  openaiChannel,
  keysRequired,
}: Pick<ServedParts, 'openaiChannel' | 'keysRequired'>): string {
  if (!openaiChannel) return 'off in production until API_KEYS says who may use it'
  return `at /v1/chat/completions, ${keysRequired ? 'for the keys in API_KEYS' : 'open to everybody until API_KEYS is set'}`
}

function accountsDetail(tokenSecret: ServedParts['tokenSecret']): string {
  if (tokenSecret === undefined) return 'off in production until JWT_SECRET is set'
  const where = 'at /api/auth, their REST API at /api/{user_id}/chat'
  if (tokenSecret === 'setting') return `${where}; tokens are signed with JWT_SECRET`
  return tokenSecret === 'file'
    ? `${where}; tokens are signed with a secret in DATA_DIR`
    : `${where}; tokens end with this process, as DATA_DIR cannot be written: set JWT_SECRET`
}

function cacheDetail(cache: string): string {
  return cache === 'Redis'
    ? 'holds caches and rate limits for all replicas'
    : 'off: set REDIS_URL to share caches and rate limits among processes'
}
