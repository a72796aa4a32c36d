import { AppError } from '../errors.ts'
import type { ChatbotStore, TokenQuota } from '../store/store.ts'

export interface QuotaOptions {
  readonly store: Pick<ChatbotStore, 'usage'>
  /** Undefined for bots in code. */
  readonly quotaOf: (bot: string) => TokenQuota | undefined
  /** Of chatbots without a quota of their own; null: no limit. */
  readonly usual: TokenQuota
}

/** Lets a turn of a chatbot begin while there are tokens left; what has begun is finished. */
export class TokenQuotas {
  readonly #options: QuotaOptions

  constructor(options: QuotaOptions) {
    this.#options = options
  }

  /** What a chatbot may use, its own or as usual. */
  effective({ tokensPerDay, tokensPerMonth }: TokenQuota): TokenQuota {
    const { usual } = this.#options
    return {
      tokensPerDay: tokensPerDay ?? usual.tokensPerDay,
      tokensPerMonth: tokensPerMonth ?? usual.tokensPerMonth,
    }
  }

  /** Throws `chatbot_quota_exhausted`. */
  async admit(bot: string): Promise<void> {
    const own = this.#options.quotaOf(bot)
    if (!own) return
    const { tokensPerDay, tokensPerMonth } = this.effective(own)
    if (tokensPerDay === null && tokensPerMonth === null) return
    const { today, month } = await this.#options.store.usage(bot)
    if (tokensPerMonth !== null && month >= tokensPerMonth) throw exhausted('month', tokensPerMonth)
    if (tokensPerDay !== null && today >= tokensPerDay) throw exhausted('day', tokensPerDay)
  }
}

function exhausted(period: 'day' | 'month', tokens: number): AppError {
  const now = new Date()
  const day = period === 'day' ? now.getUTCDate() + 1 : 1
  const month = period === 'day' ? now.getUTCMonth() : now.getUTCMonth() + 1
  const reset = new Date(Date.UTC(now.getUTCFullYear(), month, day))
  return new AppError('chatbot_quota_exhausted', {
    params: { tokens, period, reset: reset.toISOString() },
    retryAfterMs: Math.max(1, reset.getTime() - now.getTime()),
  })
}
