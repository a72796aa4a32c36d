/** What somebody is advised to do, by the roots of its verbs. */
const RUSSIAN_DEED =
  '(?:запрос|провер|уточн|получ|изуч|потреб|попрос|свер|оцен|убед|закаж|заказ|приостанов|избега|огранич|предусмотр|включ)'
const IMPERATIVE = `${RUSSIAN_DEED}\\p{L}*(?:те|тесь)(?!\\p{L})`
const INFINITIVE = `${RUSSIAN_DEED}\\p{L}*(?:ть|ться|тись)(?!\\p{L})`
const MODAL =
  '(?:рекоменду\\p{L}+|следует|нужно|надо|необходимо|стоит|советуем|целесообразно|желательно)(?!\\p{L})'
/** Whatever else is recommended, but for saying and knowing something. */
const ANY_INFINITIVE =
  '(?!(?:отме|уч[иеё]|помн|поним|подч[её]рк|сказ|заме|призна|обра|добав|упом|им[её]|зна)\\p{L}*)\\p{L}{2,}(?:ть|ться|тись|ти)(?!\\p{L})'
const ENGLISH_DEED =
  '(?:request|ask|check|verify|obtain|make sure|review|confirm|order|require)(?:ing)?(?!\\p{L})'
const ENGLISH_MODAL =
  '(?:(?:we |i )?(?:recommend|suggest|advise)|you should|it is (?:recommended|advisable|worth)|please|also|then|first)(?: to)?'

/** A verb somewhere at the start, in a form that only advice has; a finite one, as in "got a fine", is a claim. */
const ADVICE = new RegExp(
  `^\\P{L}*(?:(?:\\p{L}+\\s+){0,4}${IMPERATIVE}|(?:(?:\\p{L}+\\s+){0,2}${MODAL}\\s+(?:\\p{L}+\\s+){0,2})?${INFINITIVE}|${MODAL}\\s+(?:(?:также|тщательно|дополнительно|заранее|обязательно)\\s+)?${ANY_INFINITIVE}|(?:before \\p{L}+,? )?(?:${ENGLISH_MODAL}\\s+)?${ENGLISH_DEED})`,
  'iu',
)

/** Where advice goes on with a claim: its reason, or another subject. */
const CLAIM =
  /(?:так как|поскольку|потому что|ведь|из-за|ввиду|в связи с|учитывая|because|since|due to|given)(?!\p{L})|(?<=[,:;—–-]\s)(?:компания|организация|общество|она|он|руководитель|директор|the company|it|he|she)(?!\p{L})/iu

/** What holds only under a condition. */
const CONDITION = /^\P{L}*(?:если|в случае|при условии|if)(?!\p{L})/iu

/** What of a sentence claims something: all of it, or of advice what it is founded on. */
export function claimOf(sentence: string): string {
  if (!ADVICE.test(sentence)) return sentence
  const at = CLAIM.exec(sentence)?.index
  return at === undefined ? '' : sentence.slice(at)
}

/** True when a clause says what to do, or under which condition, and so claims nothing. */
export function claimsNothing(clause: string): boolean {
  return CONDITION.test(clause) || ADVICE.test(clause)
}
