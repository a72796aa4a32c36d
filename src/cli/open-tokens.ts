import type { Tokens } from '../accounts/tokens.ts'
import type { Config } from '../config.ts'
import { CommandFailure } from './command.ts'

/** What mints the tokens this server accepts. Throws with what to set when there is nothing to sign them with. */
export async function openTokens(config: Config): Promise<Tokens> {
  const { findTokenSecrets } = await import('../accounts/token-secrets.ts')
  const { createTokens } = await import('../accounts/open-access.ts')
  const found = await findTokenSecrets(config)
  if (!found)
    throw new CommandFailure('JWT_SECRET is not set, so this server takes no tokens. Set it and try again.')
  if (found.origin === 'start')
    throw new CommandFailure(
      'The data folder cannot be written, so no secret can be kept. Set JWT_SECRET and try again.',
    )
  return createTokens(config, found.secrets)
}
