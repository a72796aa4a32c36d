/** Counts what somebody does; the part of a limiter that the channel needs. */
export interface UseLimiter {
  use(key: string): Promise<{ readonly allowed: boolean; readonly resetMs: number }>
}

/**
 * Counts a message of a person against every limit, the shortest first, and stops at the first that is reached. By
 * person and bot, since all requests come from Poe's addresses. Resolves with the wait in milliseconds, or undefined.
 */
export async function countMessage(
  limiters: readonly UseLimiter[],
  bot: string,
  userId: string,
): Promise<number | undefined> {
  for (const limiter of limiters) {
    const { allowed, resetMs } = await limiter.use(`${bot}:${userId}`)
    if (!allowed) return resetMs
  }
  return undefined
}
