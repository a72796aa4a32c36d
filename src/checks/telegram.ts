import type { Check, Finding } from './check.ts'
import { withRemedy } from './with-remedy.ts'

/** What Telegram says of one bot. */
export interface TelegramAccountState {
  readonly username: string
  readonly mode: 'polling' | 'webhook'
  readonly webhook: 'here' | null | { readonly host: string }
  readonly pending: number
  readonly lastError: { readonly message: string; readonly at: Date } | null
}

export interface TelegramContext {
  /** Asks Telegram how its bots are set up; a sentence when the channel is off. Throws when there is no answer. */
  inspectTelegram(): Promise<readonly TelegramAccountState[] | string>
}

/** An older failure says nothing about now. */
const RECENT_MS = 3_600_000

/** Compares what Telegram knows with what is configured. */
export const telegramCheck: Check<TelegramContext> = {
  id: 'live.telegram',
  title: 'Telegram',
  run: (context) =>
    withRemedy('Check TELEGRAM_BOT_TOKEN and the way to TELEGRAM_API_ROOT.', async () => {
      const states = await context.inspectTelegram()
      if (typeof states === 'string') return { status: 'skip', evidence: states }
      const findings = states.map((state) => toFinding(state))
      return findings.find(({ status }) => status !== 'pass') ?? joined(findings)
    }),
}

function toFinding(state: TelegramAccountState): Finding {
  const { mode, webhook, lastError } = state
  const name = `@${state.username}`
  if (webhook !== null && webhook !== 'here')
    return {
      status: 'warn',
      evidence: `${name}: messages are delivered to ${webhook.host}`,
      remedy:
        'Start the server: it changes that. If something else serves the bot there, give this one another token.',
    }
  if (mode === 'webhook' && webhook === null)
    return {
      status: 'warn',
      evidence: `${name}: no webhook is set`,
      remedy: 'Start the server: it sets the webhook.',
    }
  if (mode === 'webhook' && lastError && Date.now() - lastError.at.getTime() < RECENT_MS)
    return {
      status: 'warn',
      evidence: `${name}: a delivery failed at ${lastError.at.toISOString()}: ${lastError.message}`,
      remedy: 'See that APP_URL is reached from the internet, with a valid certificate.',
    }
  const way = mode === 'webhook' ? 'the webhook leads here' : 'messages are fetched'
  return { status: 'pass', evidence: `${name}: ${way}, ${state.pending} waiting` }
}

function joined(findings: readonly Finding[]): Finding {
  return { status: 'pass', evidence: findings.map(({ evidence }) => evidence).join('; ') }
}
