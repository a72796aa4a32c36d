import { UsageError, type Invocation } from './command.ts'

/** The URL of a bot server that is looked at from outside. Throws `UsageError`. */
export function parseBotUrl(text: string): URL {
  const scheme = /^(?:localhost|127\.|\[::1\])/.test(text) ? 'http' : 'https'
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `${scheme}://${text}`)
  if (!url)
    throw new UsageError(`"${text}" is not a URL. Give that of the bot, such as https://bot.example.com/.`)
  if (url.username === '' && url.password === '') return url
  throw new UsageError('Give the URL without user and password; the key goes into --key.')
}

/** The access key: `--key`, or `POE_ACCESS_KEY`, which other users of this computer cannot see in the list of processes. */
export function readKey({ options, terminal }: Invocation): string | undefined {
  const key = options['key'] ?? terminal.env['POE_ACCESS_KEY']
  return typeof key === 'string' && key !== '' ? key : undefined
}

/** The seconds of an option, as ms. Throws `UsageError`. */
export function readSeconds({ options }: Invocation, name: string, usual: number): number {
  const text = options[name]
  if (text === undefined) return usual * 1000
  const seconds = Number(text)
  if (seconds >= 1 && seconds <= 86_400) return seconds * 1000
  throw new UsageError(`--${name} takes a number of seconds from 1 to 86400.`)
}
