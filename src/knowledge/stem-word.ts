const RUSSIAN_ENDINGS =
  /(?:иями|ями|ами|иях|ях|ах|ием|ого|его|ому|ему|ыми|ими|ешь|ете|йте|ить|ать|ять|еть|уть|ала|ила|ела|али|или|ели|ают|яют|уют|ует|ает|яет|ишь|ите|ый|ий|ой|ая|яя|ое|ее|ые|ие|ую|юю|ов|ев|ей|ом|ем|ам|ям|ия|ья|ью|ию|ии|(?<=[а-я]{4})ет|ут|ют|ит|ат|ят|ал|ил|ел|ла|ло|ли|ть|[аяоеыиуюьй])$/u

/**
 * The stem of a Russian or English word in lower case, so that forms of one word are found by another
 * (`задачами`/`задачу`, `replies`/`reply`). Light on purpose: it cuts the common endings and leaves at least
 * three letters; words of other languages come back as they are.
 */
export function stemWord(word: string): string {
  if (/^[а-я]+$/u.test(word)) return stemRussian(word)
  return /^[a-z]+$/.test(word) ? stemEnglish(word) : word
}

function stemRussian(word: string): string {
  return cut(cut(word, /(?:ся|сь)$/u), RUSSIAN_ENDINGS)
}

function stemEnglish(word: string): string {
  const singular = word
    .replace(/(?:'s|(?<=[^aeiousx]|[aeo]u?)s)$/, '')
    .replace(/(?<=(?:ss|sh|ch|x|z))e?s?$/, '')
  const base = cut(cut(singular, /(?:ingly|edly|(?<=[a-z]{4})ly)$/), /(?:ing|ed|er|or)$/)
  // "stopping" -> "stopp" -> "stop"; "replies" -> "replie" -> "repli", as "reply" -> "repli".
  return cut(base.replace(/([bdgkmnprt])\1$/, '$1'), /e$/).replace(/(?<=\w{2})y$/, 'i')
}

function cut(word: string, ending: RegExp): string {
  const stem = word.replace(ending, '')
  return stem.length >= 3 ? stem : word
}
