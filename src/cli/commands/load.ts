import type { LoadReport } from '../../checks/stream/judge-load.ts'
import { LOAD_PROFILES, type LoadProfile, type LoadProfileName } from '../../checks/stream/load-profiles.ts'
import { parseBotUrl, readSeconds } from '../bot-target.ts'
import { UsageError, type Command, type Invocation, type Terminal } from '../command.ts'
import { printLoad } from '../print-load.ts'

const USUAL_TIMEOUT_S = 30
const USUAL_QUERY = 'Hello!'
const MOST_USERS = 5_000
const MOST_REQUESTS = 1_000_000

export const load: Command = {
  name: 'load',
  summary: 'Put a streaming bot under load and say whether it holds',
  usage: `<url> <chatbotId> [${Object.keys(LOAD_PROFILES).join('|')}]`,
  arity: [2, 3],
  options: {
    query: { type: 'string', value: 'text', about: `What everybody asks (default: ${USUAL_QUERY})` },
    voice: { type: 'boolean', about: 'Ask for spoken answers' },
    timeout: {
      type: 'string',
      value: 's',
      about: `How long an answer is awaited (default: ${USUAL_TIMEOUT_S})`,
    },
    users: { type: 'string', value: 'n', about: 'How many ask at once, in place of those of the profile' },
    requests: { type: 'string', value: 'n', about: 'How many questions, in place of those of the profile' },
    'ramp-up': { type: 'string', value: 's', about: 'Over how long people arrive, in place of the profile' },
    json: { type: 'boolean', about: 'Print the report as JSON' },
  },
  examples: [
    'botyard load http://localhost:5000 assistant',
    'botyard load https://bots.example.com shop spike --query "Where is my order?"',
    'botyard load http://localhost:5000 assistant endurance --json',
  ],
  run: async (invocation) => {
    const { arguments: words, options, terminal } = invocation
    const [url = '', chatbotId = '', name = 'quick'] = words
    const profile = readProfile(name, invocation)
    const question = {
      url: parseBotUrl(url),
      chatbotId,
      query: typeof options['query'] === 'string' ? options['query'] : USUAL_QUERY,
      voice: options['voice'] === true,
      timeoutMs: readSeconds(invocation, 'timeout', USUAL_TIMEOUT_S),
    }
    const { runLoad } = await import('../../checks/stream/run-load.ts')
    const { judgeLoad } = await import('../../checks/stream/judge-load.ts')
    const stop = new AbortController()
    const interrupt = (): void => stop.abort()
    process.once('SIGINT', interrupt)
    const onAnswer = progressOn(terminal, profile.requests)
    try {
      const run = await runLoad({ profile, question, signal: stop.signal, onAnswer })
      return tell(judgeLoad(run), { name, json: options['json'] === true, terminal })
    } finally {
      process.off('SIGINT', interrupt)
    }
  },
}

interface Telling {
  readonly name: string
  readonly json: boolean
  readonly terminal: Terminal
}

function tell(report: LoadReport, { name, json, terminal: { stdout } }: Telling): number {
  if (json) stdout.write(`${JSON.stringify({ profile: name, ...report }, null, 2)}\n`)
  else printLoad(report, name, stdout)
  return report.passed ? 0 : 1
}

function readProfile(name: string, invocation: Invocation): LoadProfile {
  if (!Object.hasOwn(LOAD_PROFILES, name)) {
    const names = Object.keys(LOAD_PROFILES).join(', ')
    throw new UsageError(`There is no profile "${name}". Use one of ${names}.`)
  }
  const usual = LOAD_PROFILES[name as LoadProfileName]
  return {
    users: readCount(invocation, 'users', { usual: usual.users, most: MOST_USERS }),
    requests: readCount(invocation, 'requests', { usual: usual.requests, most: MOST_REQUESTS }),
    rampUpMs: readSeconds(invocation, 'ramp-up', usual.rampUpMs / 1_000),
  }
}

interface Count {
  readonly usual: number
  readonly most: number
}

function readCount({ options }: Invocation, name: string, { usual, most }: Count): number {
  const text = options[name]
  if (text === undefined) return usual
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  throw new UsageError(`--${name} takes a whole number from 1 to ${most}.`)
}

/** A line that counts, where somebody looks on. */
function progressOn({ stderr }: Terminal, requests: number): (done: number) => void {
  if (!stderr.isTTY) return () => undefined
  return (done) => {
    stderr.write(`\r${done} of ${requests} answers`)
    if (done === requests) stderr.write(`\r${' '.repeat(40)}\r`)
  }
}
