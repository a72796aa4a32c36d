import { countEvents, finalTextOf, POE_LIMITS, type Exchange } from './exchange.ts'
import { lineExcerpt } from './excerpt.ts'
import { createKeyHider } from './hide-key.ts'
import { sendRequest, type Target } from './send-request.ts'

/** One thing that is wrong with a bot, in words. */
export interface SmokeProblem {
  readonly wrong: string
  readonly remedy: string
}

export interface SmokeReport {
  /** Empty when the test passed. */
  readonly problems: readonly SmokeProblem[]
  /** What the bot said. */
  readonly answer: string
  readonly totalMs: number
}

export interface SmokeOptions {
  readonly url: URL
  readonly key: string | undefined
  /** A whole answer is awaited so long, in ms. */
  readonly timeoutMs: number
}

/** The requests of the smoke test as people know it from deployment guides: short identifiers, an old version. */
const SETTINGS = { type: 'settings' }
const QUERY = {
  type: 'query',
  version: '1.0',
  message_id: 'm-test',
  user_id: 'u-test',
  conversation_id: 'c-test',
  query: [{ role: 'user', content: 'test' }],
}

/** Asks for the settings, then one question, and says what is wrong. Never throws. */
export async function runSmokeTest({ url, key, timeoutMs }: SmokeOptions): Promise<SmokeReport> {
  const target: Target = { url, key, timeoutMs, limits: POE_LIMITS }
  const settings = await sendRequest(target, { asked: 'settings', kind: 'settings', body: SETTINGS })
  const failed = headProblem(settings, target) ?? settingsProblem(settings)
  const query = failed?.isFinal
    ? undefined
    : await sendRequest(target, { asked: 'the question "test"', kind: 'query', body: QUERY })
  const found = [failed, query && (headProblem(query, target) ?? streamProblem(query))]
  const hide = createKeyHider(key)
  return {
    problems: found.flatMap((problem) =>
      problem ? [{ wrong: hide(problem.wrong), remedy: problem.remedy }] : [],
    ),
    answer: hide(query?.stream ? finalTextOf(query.stream) : ''),
    totalMs: settings.totalMs + (query?.totalMs ?? 0),
  }
}

interface FoundProblem extends SmokeProblem {
  /** There is no use in asking on. */
  readonly isFinal?: boolean
}

const NO_ANSWER: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'Nothing listens there. Start the server, and check host and port.'],
  [
    /ENOTFOUND|EAI_AGAIN/,
    'The name of the host is not known. Check it for a slip of the pen, and that its DNS record is there.',
  ],
  [
    /certificate|SSL|TLS|EPROTO/i,
    'Check the certificate and its chain, and whether the port speaks https or http.',
  ],
  [
    /no answer after/,
    'The server took the request and said nothing. Look whether it hangs, and whether a proxy waits for it.',
  ],
  [/Parse Error|HPE_/, 'That is not HTTP. Check the port, and whether it wants https.'],
  [
    /ECONNRESET|hang up/,
    'The server closed the connection. Look into its log, and whether the port wants https.',
  ],
]

const STATUSES: Readonly<Record<number, string>> = {
  401: 'Give the key the server has as POE_ACCESS_KEY, with --key.',
  403: 'Give the key the server has as POE_ACCESS_KEY, with --key; look whether a firewall refuses the request.',
  404: 'There is no bot at this path. Use the URL you gave to Poe, such as https://host/poe/name.',
  405: 'This path takes no POST. Use the URL you gave to Poe.',
  500: 'Look into the log of the server. If settings fail alone: this test sends them without "version", Poe sends it always.',
  413: 'Raise the limit for request bodies.',
  429: 'Wait, or raise the limit; count per user_id, since all requests of Poe come from the same addresses.',
  501: 'The server does not know this type of request. Answer "settings" and "query".',
  502: 'The proxy cannot reach the bot. Start it, and check the address in the proxy.',
  503: 'The server is starting, full or stopping. Wait, and look into its log.',
  504: 'The bot was too slow for the proxy. Send the head of the answer at once, and raise proxy_read_timeout.',
}

function headProblem(exchange: Exchange, { key }: Target): FoundProblem | undefined {
  const { request, status, failure = '', headers } = exchange
  if (status === 200) return undefined
  if (status === undefined) {
    const [, remedy = LOOK] = NO_ANSWER.find(([pattern]) => pattern.test(failure)) ?? []
    return { wrong: `No answer to ${request.asked}: ${failure}.`, remedy, isFinal: true }
  }
  const wrong = `The answer to ${request.asked} has HTTP status ${status}; it should be 200.`
  if (status === 401 && !key) return { wrong, remedy: NO_KEY, isFinal: true }
  const remedy = status >= 300 && status < 400 ? redirectRemedy(headers.location) : (STATUSES[status] ?? LOOK)
  return { wrong, remedy, isFinal: status < 500 }
}

const LOOK = 'Look into the log of the server.'
const NO_KEY = 'Give the access key with --key, or in POE_ACCESS_KEY.'

function redirectRemedy(location = 'the address it leads to'): string {
  return `Poe follows no redirect. Use ${location}.`
}

function settingsProblem({ body }: Exchange): FoundProblem | undefined {
  try {
    JSON.parse(body)
    return undefined
  } catch {
    return {
      wrong: `The settings are not JSON: ${lineExcerpt(body)}.`,
      remedy: 'Answer with a JSON object, such as {"response_version": 2}.',
    }
  }
}

function streamProblem({ headers, stream, failure }: Exchange): FoundProblem | undefined {
  const type = headers['content-type'] ?? 'absent'
  if (!type.includes('text/event-stream') || !stream)
    return {
      wrong: `The content type of the answer is ${type}; it should be text/event-stream.`,
      remedy: 'Set the header "Content-Type: text/event-stream".',
    }
  const error = stream.events.find(({ name }) => name === 'error')
  if (error) {
    const said = error.json?.['text']
    const text = typeof said === 'string' && said !== '' ? said : error.data
    return {
      wrong: `The bot answered with an error: ${lineExcerpt(text, 200)}.`,
      remedy: 'Look into the log of the server: often the key of the model is missing.',
    }
  }
  if (stream.violations[0])
    return { wrong: `The stream is broken at ${stream.violations[0].message}.`, remedy: VERIFY }
  return endProblem(stream, failure)
}

function endProblem(
  stream: NonNullable<Exchange['stream']>,
  failure: string | undefined,
): FoundProblem | undefined {
  if (stream.events.at(-1)?.name !== 'done')
    return {
      wrong: `The answer does not end with done: ${failure ?? 'the stream was closed before'}.`,
      remedy: 'Send "event: done", "data: {}" and a blank line at the end of every answer.',
    }
  if (countEvents(stream, 'text', 'replace_response') === 0)
    return { wrong: 'The answer has no text.', remedy: 'Send at least one text event before done.' }
  return undefined
}

const VERIFY = 'Run botyard verify poe for every rule of the protocol.'
