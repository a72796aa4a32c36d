import type { TelegramEntity } from './telegram-types.ts'

const FOUND: readonly (readonly [string, RegExp])[] = [
  [
    'url',
    /\b(?:https?:\/\/[^\s<>"]+[^\s<>".,:;!?)\]]|[a-z\d-]+(?:\.[a-z\d-]+)*\.(?:com|org|net|ru|io|dev)\b)/gi,
  ],
  ['email', /[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+/gi],
  ['mention', /(?<![\w@/])@[a-z]\w{3,31}/gi],
  ['bot_command', /(?<![\w/@])\/[a-z\d_]{1,64}(?:@[a-z]\w{3,31})?(?!\w|\/)/gi],
  ['hashtag', /(?<![\w#&])#[\p{L}\d_]*\p{L}[\p{L}\d_]*/gu],
  ['cashtag', /(?<![\w$])\$[A-Z]{3,8}(?!\w)/g],
]

/** Roughly what the server marks by itself, earlier rows first. */
export function findEntities(text: string): readonly TelegramEntity[] {
  const found: TelegramEntity[] = []
  const isFree = (offset: number, length: number): boolean =>
    found.every((entity) => offset >= entity.offset + entity.length || offset + length <= entity.offset)
  for (const [type, pattern] of FOUND) {
    for (const { index, 0: match } of text.matchAll(pattern))
      if (isFree(index, match.length)) found.push({ type, offset: index, length: match.length })
  }
  return found
}
