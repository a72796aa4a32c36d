import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { ACCOUNT_PREFIX, type AnswerClaim } from '../answer-claim.ts'

/** The condition that leaves of turns `t` those the claim finds; all without a claim. As `finds` of the core. */
export function isClaimed(claim: AnswerClaim | undefined): RawBuilder<boolean> {
  if (!claim) return sql`true`
  const { channel, account } = claim
  if (account === 'any') return sql`t.channel = ${channel}`
  const isNobodys = sql`not starts_with(t.subject, ${ACCOUNT_PREFIX})`
  return account === null
    ? sql`t.channel = ${channel} and ${isNobodys}`
    : sql`t.channel = ${channel} and (${isNobodys} or t.subject = ${account})`
}
