import type { StreamedAnswer } from '../checks/stream/ask-stream.ts'
import { parseBotUrl, readSeconds } from './bot-target.ts'
import { UsageError, type ExitCode, type Invocation, type Terminal } from './command.ts'
import { paint } from './paint.ts'

const USUAL_TIMEOUT_S = 60

/** `botyard smoke stream`: one streamed question, its events as they come, and exit code 1 when the answer failed. */
export async function smokeStream(invocation: Invocation): Promise<ExitCode> {
  const { terminal, options } = invocation
  const [, url, chatbotId, query] = invocation.arguments
  if (url === undefined || chatbotId === undefined || query === undefined)
    throw new UsageError('Usage: botyard smoke stream <url> <chatbotId> "<query>"')
  const target = parseBotUrl(url)
  const timeoutMs = readSeconds(invocation, 'timeout', USUAL_TIMEOUT_S)
  const { askStream } = await import('../checks/stream/ask-stream.ts')
  const { stdout } = terminal
  let last = ''
  const answer = await askStream({
    url: target,
    chatbotId,
    query,
    voice: options['voice'] === true,
    timeoutMs,
    // Of a run of pieces of text the first says when it began.
    onEvent: ({ name }, atMs) => {
      const repeated = name === last && (name === 'text' || name === 'audio')
      if (!repeated)
        stdout.write(paint(stdout, 'dim', `${String(Math.round(atMs)).padStart(7)} ms  ${name}\n`))
      last = name
    },
  })
  if (answer.text) stdout.write(`\n${answer.text.trim()}\n\n`)
  return conclude(answer, terminal)
}

function conclude(answer: StreamedAnswer, { stdout }: Terminal): ExitCode {
  const { problem, totalMs, firstTokenMs, firstAudioMs, events } = answer
  if (problem) {
    stdout.write(`${paint(stdout, 'red', '✗')} ${problem.code}: ${problem.wrong}\n`)
    return 1
  }
  const facts = [
    `first token after ${Math.round(firstTokenMs ?? 0)} ms`,
    ...(firstAudioMs === null ? [] : [`first audio after ${Math.round(firstAudioMs)} ms`]),
    ...['text', 'audio', 'tool', 'citation', 'warning'].flatMap((name) =>
      events[name] ? [`${events[name]} × ${name}`] : [],
    ),
  ]
  const seconds = `${Math.round(totalMs)} ms`
  stdout.write(`${paint(stdout, 'green', '✓')} Answered in ${seconds}: ${facts.join(', ')}\n`)
  return 0
}
