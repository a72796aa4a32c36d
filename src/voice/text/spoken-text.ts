/** What Markdown, HTML and typography add for the eye, and what is said instead; in this order. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/<!--.*?-->|<\/?[a-z][^<>]*>/gis, ' '],
  [/!\[([^\]]*)\]\([^)]*\)/g, '$1'],
  [/\[([^\]]+)\]\([^)]*\)/g, '$1'],
  // Numbers of sources.
  [/\[\^?\d+(?:\s*,\s*\d+)*\](?:\s*,\s*\[\^?\d+\])*/g, ''],
  [/^\s*(?:#{1,6}\s+|>\s?)+/gm, ''],
  [/^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ x]\]\s+)?/gim, ''],
  [/^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*(?::?-{3,}:?)?\s*$/gm, ''],
  [/^\s*(?:[-*_]\s*){3,}$/gm, ''],
  [/^\s*\||\|\s*$/gm, ''],
  [/\s*\|\s*/g, ', '],
  [/`{1,3}|~~/g, ''],
  [/\bhttps?:\/\/(?:www\.)?([^\s/?#)\]>"'»]+)[^\s)\]>"'»]*?(?=[.,;:!?…]*(?:[\s)\]>"'»]|$))/giu, '$1'],
  [/(\*\*\*|\*\*|\*|___|__)(?=\S)([^]*?\S)\1/g, '$2'],
  [/(?<![\p{L}\d])_(?=\S)([^]*?\S)_(?![\p{L}\d])/gu, '$1'],
  [/\\([\\`*_{}[\]()#+.!|>~-])/g, '$1'],
  [/&nbsp;/g, ' '],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&quot;/g, '"'],
  [/&#39;|&apos;/g, "'"],
  [/&amp;/g, '&'],
  // Keycaps such as 1️⃣ keep their number.
  [/\u{FE0F}?\u{20E3}/gu, ''],
  // Their parts: pictures, flags, colours of skin, joiners and selectors, tags.
  [
    /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u{200D}|[\u{E0020}-\u{E007F}]/gu,
    ' ',
  ],
  [/\u{FE0E}|\u{FE0F}/gu, ''],
  [/\s+/g, ' '],
  [/ ([,.;:!?…])/g, '$1'],
]

/** Voices read these as words; guide 002 has them spelt. */
const SPELT = /\b(?:AI|SEO|API|CRM|TTS|STT)(?=s?\b)/g

/**
 * What a voice says for a sentence of an answer: without Markdown, HTML, emoji, numbers of sources and the tails of
 * addresses. Empty when nothing is left that can be said.
 */
export function toSpokenText(sentence: string): string {
  const cleaned = REPLACEMENTS.reduce((text, [pattern, said]) => text.replace(pattern, said), sentence)
  const spoken = cleaned.replace(SPELT, (letters) => letters.split('').join(' ')).trim()
  return /[\p{L}\p{N}]/u.test(spoken) ? spoken : ''
}
