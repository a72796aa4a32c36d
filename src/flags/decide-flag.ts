import { createHash } from 'node:crypto'
import type { FlagDecision, FlagState, FlagSubject } from './flags.ts'

/**
 * The bucket of an identifier, 0 to 99: the first 8 hexadecimal digits of its MD5, modulo 100. Source: guide 002; its
 * `user-1` is in bucket 19, `user-2` in 12, `abc` in 72, so that people who move here keep theirs.
 */
export function flagBucket(identifier: string): number {
  return Number.parseInt(createHash('md5').update(identifier).digest('hex').slice(0, 8), 16) % 100
}

/** The half of the A/B test an identifier is in. */
export function halfOf(identifier: string): 'A' | 'B' {
  return flagBucket(identifier) < 50 ? 'A' : 'B'
}

export function identifierOf({ userId, sessionId, ip, chatbotId }: FlagSubject): string | undefined {
  return [userId, sessionId, ip, chatbotId].find(
    (identifier) => identifier !== undefined && identifier !== '',
  )
}

/**
 * Guide 002's order: the kill switch, the deny list, the allow list, the A/B test (of `streaming` alone), the percentage.
 * Who has no identifier is outside of every share but 100 %: at random the same person would be in and out.
 */
export function decideFlag(
  flag: FlagState,
  identifier: string | undefined,
  abTest: Pick<FlagState, 'enabled' | 'variant'>,
): FlagDecision {
  if (!flag.enabled) return { on: false, reason: 'DISABLED' }
  if (identifier !== undefined && flag.deny.includes(identifier))
    return { on: false, reason: 'TARGETING_MATCH' }
  if (identifier !== undefined && flag.allow.includes(identifier))
    return { on: true, reason: 'TARGETING_MATCH' }
  if (flag.name === 'streaming' && abTest.enabled && identifier !== undefined) {
    const variant = halfOf(identifier)
    return { on: variant === abTest.variant, reason: 'SPLIT', variant }
  }
  if (flag.percentage >= 100) return { on: true, reason: 'STATIC' }
  if (flag.percentage <= 0) return { on: false, reason: 'STATIC' }
  if (identifier === undefined) return { on: false, reason: 'DEFAULT' }
  return { on: flagBucket(identifier) < flag.percentage, reason: 'SPLIT' }
}
