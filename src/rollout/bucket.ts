import { hash } from 'node:crypto'

/** How many buckets there are: a thousandth of a percent is the finest share. */
const BUCKETS = 100_000

/**
 * The bucket of a person in a rollout, 0 to 99,999: the first 8 bytes of SHA-256 over salt, a zero byte and subject, as a
 * big-endian number, modulo 100,000. Another rollout has another salt, so the same people are not always the first.
 */
export function rolloutBucket(salt: string, subject: string): number {
  const digest = hash('sha256', `${salt}\0${subject}`, 'buffer')
  return Number(digest.readBigUInt64BE(0) % BigInt(BUCKETS))
}

/** True for the people who meet the candidate at this share; whoever does at one share does at every larger one. */
export function isChosen(salt: string, subject: string, percent: number): boolean {
  return rolloutBucket(salt, subject) < (percent / 100) * BUCKETS
}
