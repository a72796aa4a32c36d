import type { PoeCheck } from '../../checks/poe/poe-check.ts'
import { nearest } from '../../nearest.ts'
import { parseBotUrl, readKey, readSeconds } from '../bot-target.ts'
import { UsageError, type Command, type Invocation } from '../command.ts'
import { printVerification } from '../print-verification.ts'

const PLAIN_QUESTION = 'Say hello in one short sentence.'
const USUAL_TIMEOUT_S = 60

export const verify: Command = {
  name: 'verify',
  summary: 'Check any Poe server bot against the protocol, from outside',
  usage: 'poe <url>',
  arity: [2, 2],
  options: {
    key: { type: 'string', value: 'key', about: 'The access key of the bot (default: POE_ACCESS_KEY)' },
    json: { type: 'boolean', about: 'Print every result as JSON' },
    only: {
      type: 'string',
      value: 'ids',
      about: 'Only these checks or groups, such as settings,stream.done-last',
    },
    'bot-query': {
      type: 'string',
      value: 'lines',
      about: `What the bot is asked; further lines are asked once (default: ${PLAIN_QUESTION})`,
    },
    timeout: {
      type: 'string',
      value: 's',
      about: `How long a whole answer is awaited (default: ${USUAL_TIMEOUT_S})`,
    },
  },
  examples: [
    'botyard verify poe https://bot.example.com/ --key 0123…',
    'botyard verify poe http://localhost:5000/poe/support --only settings,key',
    "botyard verify poe https://bot.example.com/ --json --bot-query $'hi\\nfail, please'",
  ],
  run: async (invocation) => {
    const { arguments: words, options, terminal } = invocation
    const url = readTarget(words)
    const key = readKey(invocation)
    const timeoutMs = readSeconds(invocation, 'timeout', USUAL_TIMEOUT_S)
    const { POE_CHECKS } = await import('../../checks/poe/poe-checks.ts')
    const { runPoeChecks } = await import('../../checks/poe/run-poe-checks.ts')
    const checks = chooseChecks(POE_CHECKS, options['only'])
    const results = runPoeChecks({ url, key, checks, questions: readQuestions(invocation), timeoutMs })
    return printVerification(results, terminal, { json: options['json'] === true })
  },
}

function readTarget([protocol, url = '']: readonly string[]): URL {
  if (protocol !== 'poe')
    throw new UsageError(`"${protocol}" cannot be verified. Use botyard verify poe <url>.`)
  return parseBotUrl(url)
}

/** One message a line. */
function readQuestions({ options }: Invocation): readonly [string, ...string[]] {
  const lines = String(options['bot-query'] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const [plain = PLAIN_QUESTION, ...others] = lines
  return [plain, ...others]
}

function chooseChecks(all: readonly PoeCheck[], only: string | boolean | undefined): readonly PoeCheck[] {
  if (typeof only !== 'string') return all
  const names = only.split(',').map((name) => name.trim())
  const known = all.flatMap(({ id }) => [id, groupOf(id)])
  for (const name of names)
    if (!known.includes(name)) {
      const meant = nearest(name, new Set(known), (candidate) => Math.floor(candidate.length / 2))
      const instead = meant === undefined ? 'The list is in docs/verify-poe.md.' : `Did you mean "${meant}"?`
      throw new UsageError(`There is no check "${name}". ${instead}`)
    }
  return all.filter(({ id }) => names.includes(id) || names.includes(groupOf(id)))
}

function groupOf(id: string): string {
  return id.split('.')[0] ?? id
}
