import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { FlagDesk, FlagState } from '../flags/flags.ts'
import type { Explanation, RolloutDesk, RolloutView, StartedRollout } from '../rollout/rollout.ts'
import { openTokens } from './open-tokens.ts'
import { serverUrl } from './server-url.ts'

/** Flags and rollouts of a server that runs on this computer and has the database to itself. */
export interface RemoteDesks {
  readonly flags: FlagDesk
  readonly rollouts: RolloutDesk
}

/** How long the server may take to answer. */
const TIMEOUT_MS = 10_000

type Ask = <Reply>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => Promise<Reply>

/** Speaks to the server of this configuration; outside development as an operator, by a token of a minute. */
export async function openRemoteDesks(config: Config): Promise<RemoteDesks> {
  const ask = await createAsk(config)
  const order = async (bot: string, action: string, body: object): Promise<RolloutView> =>
    (await ask<{ rollout: RolloutView }>('POST', `/api/rollouts/${bot}/${action}`, body)).rollout
  return {
    flags: {
      list: async () => (await ask<{ flags: FlagState[] }>('GET', '/api/flags')).flags,
      set: async (name, change, { reason }) =>
        (await ask<{ flag: FlagState }>('PATCH', `/api/flags/${name}`, { ...change, reason })).flag,
    },
    rollouts: {
      start: (bot, { revision, reason }) =>
        ask<StartedRollout>('POST', `/api/rollouts/${bot}/start`, { reason, ...(revision && { revision }) }),
      list: async () => (await ask<{ rollouts: RolloutView[] }>('GET', '/api/rollouts')).rollouts,
      status: async (bot) => (await ask<{ rollout: RolloutView }>('GET', `/api/rollouts/${bot}`)).rollout,
      pause: (bot, { reason }) => order(bot, 'pause', { reason }),
      resume: (bot, { reason }) => order(bot, 'resume', { reason }),
      abort: (bot, { reason }) => order(bot, 'abort', { reason }),
      promote: (bot, { reason, full = false }) => order(bot, 'promote', { reason, full }),
      explain: (bot) => ask<Explanation>('GET', `/api/rollouts/${bot}/explain`),
    },
  }
}

async function createAsk(config: Config): Promise<Ask> {
  const server = serverUrl(config)
  const token = config.NODE_ENV === 'production' ? await mintToken(config) : undefined
  return async <Reply>(method: string, path: string, body?: object): Promise<Reply> => {
    const reply = await fetch(`${server}${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const problem = `A server has the database open and does not answer at ${server}. Set HOST and PORT as it has them.`
      throw new AppError('rollout_refused', { params: { problem }, cause: error })
    })
    const answer = (await reply.json()) as { readonly message?: string }
    if (!reply.ok)
      throw new AppError('rollout_refused', {
        params: { problem: answer.message ?? `The server answered with status ${reply.status}.` },
      })
    return answer as Reply
  }
}

async function mintToken(config: Config): Promise<string> {
  const tokens = await openTokens(config)
  return tokens.issue({ subject: 'operator:command-line', role: 'operator', lifetimeSeconds: 60 })
}
