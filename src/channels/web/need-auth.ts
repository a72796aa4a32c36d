import { AppError } from '../../errors.ts'
import type { BotInfo } from '../channel.ts'

/** What guide 002's clients are told when a person has to sign in before going on. */
export interface NeedAuth {
  readonly error: 'NEED_AUTH'
  readonly message: string
  readonly auth_method: string
  readonly auth_url?: string
  readonly free_messages: number
  readonly sessionId: string
}

/** How people sign in who have used their free messages; null where nobody has to. */
export function authMethodOf({ site }: BotInfo): string | null {
  return site?.freeMessages === undefined ? null : (site.authMethod ?? 'email')
}

export function toNeedAuth(bot: BotInfo, sessionId: string): NeedAuth {
  const { authText, authUrl, freeMessages = 0 } = bot.site ?? {}
  return {
    error: 'NEED_AUTH',
    message: authText ?? new AppError('need_auth').message,
    auth_method: authMethodOf(bot) ?? 'email',
    ...(authUrl !== undefined && { auth_url: authUrl }),
    free_messages: freeMessages,
    sessionId,
  }
}
