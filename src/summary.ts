/** One line of what a server does, or why it does not. */
export interface Feature {
  readonly name: string
  readonly on: boolean
  /** What it is when on; how to turn it on when off. */
  readonly detail: string
}

export interface ServedParts {
  readonly bots: readonly { readonly name: string; readonly model: string }[]
  readonly database: string
  readonly openaiChannel: boolean
  readonly keysRequired: boolean
}

/** What is on, what is off and why: the lines a start prints. */
export function summarize({ bots, database, openaiChannel, keysRequired }: ServedParts): readonly Feature[] {
  return [
    ...bots.map(({ name, model }) => ({ name: `bot ${name}`, on: true, detail: `answers with ${model}` })),
    ...(bots.some(({ model }) => model === 'offline') ? [NO_LANGUAGE_MODEL] : []),
    { name: 'database', on: true, detail: database },
    { name: 'chat page', on: true, detail: 'at /' },
    { name: 'web API', on: true, detail: 'at /api/chat/query/stream, described at /docs' },
    { name: 'OpenAI API', on: openaiChannel, detail: openaiDetail({ openaiChannel, keysRequired }) },
  ]
}

const NO_LANGUAGE_MODEL: Feature = {
  name: 'language model',
  on: false,
  detail:
    'off: the built-in offline model answers; set OPENAI_API_KEY, COHERE_API_KEY or ANTHROPIC_API_KEY for a real one',
}

function openaiDetail({
  openaiChannel,
  keysRequired,
}: Pick<ServedParts, 'openaiChannel' | 'keysRequired'>): string {
  if (!openaiChannel) return 'off in production until API_KEYS says who may use it'
  return `at /v1/chat/completions, ${keysRequired ? 'for the keys in API_KEYS' : 'open to everybody (development); set API_KEYS to close it'}`
}
