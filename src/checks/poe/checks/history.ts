import { createMessage, type Fields } from '../queries.ts'

/** A short conversation that went before. */
export const HISTORY: readonly Fields[] = [
  createMessage('user', 'Good morning.'),
  createMessage('bot', 'Good morning!'),
]
