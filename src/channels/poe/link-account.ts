import { AppError } from '../../errors.ts'
import type { LoggedEvent } from '../../events.ts'
import type { Host } from '../channel.ts'

interface LinkTexts {
  readonly linked: string
  readonly wrong: string
  readonly tooOften: string
  readonly howTo: string
}

const ENGLISH: LinkTexts = {
  linked: '✅ Poe is linked to your account.',
  wrong: 'This code is wrong, used or expired. Get a new one and send it within ten minutes.',
  tooOften: 'Too many attempts. Please wait ten minutes and try again with a new code.',
  howTo: 'Get a code where you are signed in and send it here: /link ABCD-EFGH',
}

const RUSSIAN: LinkTexts = {
  linked: '✅ Poe связан с вашей учётной записью.',
  wrong: 'Код неверный, уже использован или устарел. Получите новый и пришлите его в течение десяти минут.',
  tooOften: 'Слишком много попыток. Подождите десять минут и пришлите новый код.',
  howTo: 'Получите код там, где вы вошли в учётную запись, и пришлите его сюда: /link ABCD-EFGH',
}

/** What follows `/link`; undefined when the message is none. */
export function readLinkCode(text: string): string | undefined {
  const found = /^\/link(?:\s+(.*))?$/is.exec(text.trim())
  return found ? (found[1] ?? '') : undefined
}

export interface LinkRequest {
  readonly subject: string
  readonly code: string
  /** The person's, an IETF tag. */
  readonly language: string
}

/** Links a person of Poe to the account whose one-time code they sent. Resolves with what to tell them. */
export async function linkAccount(host: Host, { subject, code, language }: LinkRequest): Promise<string> {
  const texts = /^ru\b/i.test(language) ? RUSSIAN : ENGLISH
  if (code === '') return texts.howTo
  try {
    return (await host.link(subject, code)) ? texts.linked : texts.wrong
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') return texts.tooOften
    throw error
  }
}

/** A sentence of ours as the events of an answer. */
// oxlint-disable-next-line require-await -- what answers are read as
export async function* toEvents(text: string): AsyncGenerator<LoggedEvent> {
  yield { seq: 1, event: { type: 'text-delta', text } }
  const counts = { durationMs: 0, firstTokenMs: null, wordCount: 0, sentenceCount: 0 }
  yield { seq: 2, event: { type: 'end', reason: 'stop', ...counts } }
}
