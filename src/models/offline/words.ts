const STOP_WORDS = new Set(
  (
    'a an the and or of to in on at for from by with about into as is are was were be been it its this that these those ' +
    'i you he she we they me my your our his her their do does did can could will would shall should may might must ' +
    'have has had how what when where which who why whom whose please not no yes if then than so there here just also ' +
    'any some all get give tell show find need want use using used work works working happen happens look looks like ' +
    'и или в во на с со к ко о об обо от до из у за по для при без над под про не ни да нет же ли бы а но то это эта этот ' +
    'эти тот та те я ты он она оно мы вы они мне меня мой моя мои моё мое твой ваш наш его ее её их как что какой какая ' +
    'какое какие кто где когда куда откуда почему зачем сколько чем если пожалуйста можно нужно надо есть быть был была ' +
    'было были будет все всё там тут здесь ещё еще уже только такое такой это мной нам вам себя работает делать сделать'
  ).split(' '),
)

const ENGLISH_ENDING = /^(?:|s|es|d|ed|ing|r|er|ers|ly|y|e|ies|ied|ment|ments|al|able)$/

/** Endings of nouns, adjectives and verbs begin with a vowel or are one of these few. */
const RUSSIAN_ENDING = /^(?:|[аеиоуыэюяйь]\p{L}{0,2}|ть|л|ла|ло|ли|в|м|х|т|те|ся|сь)$/u

/** Words of a text in lower case, `ё` written as `е`; words joined by `_` or `-` count apart. */
export function words(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('ё', 'е')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/** The words that carry meaning: no articles, pronouns, prepositions or question words. */
export function contentWords(text: string): readonly string[] {
  return words(text).filter((word) => !STOP_WORDS.has(word) && (word.length > 1 || /\d/.test(word)))
}

/** The words of a name such as `due_date`, `dueDate` or `list-tasks`. */
export function nameWords(name: string): readonly string[] {
  return words(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/[_-]/g, ' '))
}

/**
 * True when two words are forms of one (`task`/`tasks`, `задачу`/`задачи`): they share their beginning and differ
 * only in an ending. A comparison, not a grammar: it errs on rare pairs.
 */
export function sameWord(a: string, b: string): boolean {
  if (a === b) return true
  if (/\d/.test(a) || /\d/.test(b)) return false
  const shared = sharedPrefix(a, b)
  if (shared < 3) return false
  const endings = [a.slice(shared), b.slice(shared)]
  if (/[a-z]/.test(a)) return endings.every((ending) => ENGLISH_ENDING.test(ending))
  if (shared === 3) return endings.every((ending) => ending.length <= 1)
  return shared * 2 >= Math.max(a.length, b.length) && endings.every((ending) => RUSSIAN_ENDING.test(ending))
}

/** True when some word of `list` is a form of `word`. */
export function hasWord(list: readonly string[], word: string): boolean {
  return list.some((other) => sameWord(other, word))
}

function sharedPrefix(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1
  return length
}
