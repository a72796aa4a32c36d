import { loadConfig, type Config } from '../../config.ts'
import { requireWebhook, type AlertTargets } from '../../watch/send-alert.ts'
import { watchServer, type Look } from '../../watch/watch-server.ts'
import { UsageError, type Command, type Invocation } from '../command.ts'

const DEFAULT_SECONDS = 60

export const watch: Command = {
  name: 'watch',
  summary: 'Look at a running server as Prometheus would; tell a webhook or somebody by mail',
  usage: '',
  arity: [0, 0],
  options: {
    url: { type: 'string', value: 'url', about: 'The server (default: APP_URL, else http://localhost:PORT)' },
    once: { type: 'boolean', about: 'Look once: exit code 1 when something is not well' },
    interval: {
      type: 'string',
      value: 's',
      about: `Seconds between two looks (default: ${DEFAULT_SECONDS})`,
    },
    webhook: {
      type: 'string',
      value: 'url',
      about: 'Post alerts there as {"text":"…"} (default: ALERT_WEBHOOK_URL)',
    },
    mail: {
      type: 'string',
      value: 'address',
      about: 'Mail alerts there; needs SMTP_URL (default: ALERT_EMAIL)',
    },
    json: { type: 'boolean', about: 'Print each look as a line of JSON' },
  },
  examples: [
    'botyard watch --once',
    'botyard watch --url https://bots.example.com --webhook https://hooks.slack.com/services/…',
    '*/5 * * * * botyard watch --once --mail on-call@example.com',
  ],
  run: async ({ options, terminal }) => {
    const config = loadConfig(terminal.env)
    const stop = new AbortController()
    const end = (): void => stop.abort()
    process.on('SIGINT', end).on('SIGTERM', end)
    try {
      const well = await watchServer({
        url: toServer(options, config),
        token: config.METRICS_TOKEN,
        signal: stop.signal,
        targets: toTargets(options, config),
        intervalMs: toInterval(options),
        onLook: (look) => print(look, { options, terminal }),
      })
      return well ? 0 : 1
    } finally {
      process.off('SIGINT', end).off('SIGTERM', end)
    }
  },
}

type Options = Invocation['options']

function toServer({ url }: Options, config: Config): string {
  const given = typeof url === 'string' ? url : (config.APP_URL ?? `http://localhost:${config.PORT}`)
  if (!/^https?:$/.test(URL.parse(given)?.protocol ?? ''))
    throw new UsageError(`"${given}" is no address of a server. Write --url http://localhost:${config.PORT}`)
  return given.replace(/\/+$/, '')
}

function toInterval({ once, interval }: Options): number | undefined {
  if (once === true) return undefined
  const seconds = Number(interval ?? DEFAULT_SECONDS)
  if (!(seconds >= 1 && seconds <= 86_400)) throw new UsageError('--interval takes seconds, from 1 to 86400.')
  return seconds * 1_000
}

function toTargets({ webhook, mail }: Options, config: Config): AlertTargets {
  const address = typeof webhook === 'string' ? webhook : config.ALERT_WEBHOOK_URL
  const to = typeof mail === 'string' ? mail : config.ALERT_EMAIL
  if (to !== undefined && config.SMTP_URL === undefined)
    throw new UsageError('Mails need a mail server: set SMTP_URL, such as smtp://localhost:25.')
  return {
    webhook: address === undefined ? undefined : requireWebhook(address),
    mail:
      to === undefined || config.SMTP_URL === undefined
        ? undefined
        : { smtpUrl: config.SMTP_URL, to, from: config.ALERT_FROM ?? to.split(',')[0] ?? to },
  }
}

function print(look: Look, { options, terminal }: Pick<Invocation, 'options' | 'terminal'>): void {
  const { findings, told, failures } = look
  const at = new Date().toISOString()
  if (options['json'] === true) {
    terminal.stdout.write(`${JSON.stringify({ at, well: findings.length === 0, ...look })}\n`)
    return
  }
  // A quiet minute is worth no line, unless it is the only one.
  if (told !== undefined || options['once'] === true) {
    const lines = findings.map(({ alert, severity, problem }) => `${at} ${severity} ${alert}: ${problem}\n`)
    terminal.stdout.write(lines.join('') || `${at} all is well\n`)
  }
  for (const failure of failures) terminal.stderr.write(`${at} not told: ${failure}\n`)
}
