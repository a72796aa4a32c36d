/** Words, in lower case and without their last dot, that do not end a sentence. English, Russian, Hindi. */
const ALWAYS = new Set(
  [
    'mr mrs ms mx dr prof rev hon st sr jr gen col capt lt sgt maj gov sen rep pres messrs mme mlle',
    'ltd inc corp co llc plc bros dept univ assn vs etc al cf viz approx est ca esp incl excl resp ext tel',
    'jan feb apr jun jul aug sept oct nov dec mon tue tues wed thu thur thurs fri sat',
    'min max avg pt qty dob sqft ft lb lbs oz hr hrs mins secs ave blvd rd',
    'г гг в вв т д п к е ул пр просп пер пл стр с рис табл гл др проч см ср напр тел доб обл р-н г-н г-жа',
    'им акад доц проф инж зам зав тыс млн млрд трлн руб коп мин сек кв корп эт оф н э ст ч пос дер бул наб ш',
    'янв февр фев апр авг сент сен окт нояб дек пн вт ср чт пт сб вс',
    'डॉ श्री श्रीमती प्रो कु सं क्र रु पं',
  ]
    .join(' ')
    .split(' '),
)

/** Words that do not end a sentence when a number follows: `No. 5`, `fig. 2`. */
const BEFORE_NUMBERS = new Set(
  'no nos nr rs fig figs sec ch vol p pp art eq ver v № п пп р табл рис гл'.split(' '),
)

/** Letters that are words by themselves, so that a sentence may end with them. */
const LONE_WORDS = new Set(['I', 'Я'])

/**
 * True when the dot behind `before` belongs to the word and does not end a sentence. `next` is the first sign after
 * the white space.
 */
export function isAbbreviation(before: string, next: string): boolean {
  const word = /[\p{L}\p{M}\d№.-]+$/u.exec(before)?.[0] ?? ''
  const lower = word.toLowerCase()
  if (ALWAYS.has(lower)) return true
  if (BEFORE_NUMBERS.has(lower)) return /\d/.test(next)
  // `e.g`, `U.S`, `т.е`
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word)) return true
  // The initial of a name: `J. Smith`
  return /^\p{Lu}$/u.test(word) && !LONE_WORDS.has(word) && /\p{Lu}/u.test(next)
}
