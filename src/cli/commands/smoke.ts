import { parseBotUrl, readKey, readSeconds } from '../bot-target.ts'
import { UsageError, type Command } from '../command.ts'
import { paint } from '../paint.ts'
import { smokeStream } from '../smoke-stream.ts'

const USUAL_TIMEOUT_S = 60
const SHOWN_ANSWER = 60

export const smoke: Command = {
  name: 'smoke',
  summary: 'Ask a Poe server bot, or with `stream` a streaming chatbot, one question',
  usage: '<url> | stream <url> <chatbotId> "<query>"',
  arity: [1, 4],
  options: {
    key: { type: 'string', value: 'key', about: 'The access key of the bot (default: POE_ACCESS_KEY)' },
    timeout: {
      type: 'string',
      value: 's',
      about: `How long the answer is awaited (default: ${USUAL_TIMEOUT_S})`,
    },
    voice: { type: 'boolean', about: 'stream: ask for a spoken answer' },
  },
  examples: [
    'botyard smoke https://bot.example.com/ --key 0123…',
    'POE_ACCESS_KEY=0123… botyard smoke http://localhost:5000/',
    'botyard smoke stream https://bots.example.com shop "Where is my order?"',
  ],
  run: async (invocation) => {
    const { arguments: words, terminal } = invocation
    if (words[0] === 'stream') return await smokeStream(invocation)
    if (words.length > 1) throw new UsageError(`Usage: botyard smoke ${smoke.usage}`)
    const { stdout } = terminal
    const url = parseBotUrl(words[0] ?? '')
    const timeoutMs = readSeconds(invocation, 'timeout', USUAL_TIMEOUT_S)
    const { runSmokeTest } = await import('../../checks/poe/smoke-test.ts')
    const { problems, answer, totalMs } = await runSmokeTest({ url, key: readKey(invocation), timeoutMs })
    for (const { wrong, remedy } of problems)
      stdout.write(`${paint(stdout, 'red', '✗')} ${wrong}\n  ${paint(stdout, 'cyan', '→')} ${remedy}\n`)
    if (problems.length > 0) return 1
    const said = answer.length > SHOWN_ANSWER ? `${answer.slice(0, SHOWN_ANSWER)}…` : answer
    stdout.write(
      `${paint(stdout, 'green', '✓')} Smoke test passed in ${Math.round(totalMs)} ms: ${JSON.stringify(said)}\n`,
    )
    return 0
  },
}
