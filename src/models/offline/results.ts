import type { Language } from './language.ts'
import type { FinishedCall } from './plan.ts'
import { findList, labelOf } from './reference.ts'
import { nameWords } from './words.ts'

type Fields = Readonly<Record<string, unknown>>

const SHOWN_ITEMS = 20

const TEXTS = {
  en: {
    done: 'Done.',
    empty: 'Nothing found.',
    failed: (reason: string) => `That did not work: ${reason}`,
    more: (count: number) => `- … and ${count} more`,
    yes: 'yes',
    no: 'no',
  },
  ru: {
    done: 'Готово.',
    empty: 'Ничего не найдено.',
    failed: (reason: string) => `Не получилось: ${reason}`,
    more: (count: number) => `- … и ещё ${count}`,
    yes: 'да',
    no: 'нет',
  },
} as const

/** Names of fields that often occur, so that a Russian answer is not half English. */
const RUSSIAN_FIELDS: Readonly<Record<string, string>> = {
  address: 'адрес', city: 'город', completed: 'выполнено', count: 'всего', created: 'создано', date: 'дата',
  days: 'дней', description: 'описание', due: 'срок', email: 'почта', from: 'с', hours: 'часов', name: 'название',
  offset: 'смещение', phone: 'телефон', place: 'место', price: 'цена', priority: 'приоритет', recurrence: 'повтор', reminder: 'напомнить за минут', result: 'результат',
  status: 'статус', tags: 'теги', time: 'время', title: 'название', to: 'по', total: 'всего', type: 'вид',
  weekday: 'день недели', weeks: 'недель', zone: 'часовой пояс',
} // prettier-ignore

/** Values that often occur, for the same reason. */
const RUSSIAN_VALUES: Readonly<Record<string, string>> = {
  pending: 'не выполнена', completed: 'выполнена', done: 'выполнена', none: 'нет', low: 'низкий', medium: 'средний',
  high: 'высокий', daily: 'ежедневно', weekly: 'еженедельно', monthly: 'ежемесячно',
} // prettier-ignore

/** Failures by their codes. */
const RUSSIAN_FAILURES: Readonly<Record<string, string>> = {
  already_completed: 'это уже выполнено.',
  invalid_id: 'это не номер.',
  no_updates: 'не сказано, что изменить.',
  not_found: 'такого номера нет.',
}

/** Says what a tool's result holds: its message, its list, or its fields; an error as it was told. */
export function describeResult({ output }: Pick<FinishedCall, 'output'>, language: Language): string {
  const texts = TEXTS[language]
  if (output === null || output === undefined) return texts.done
  if (typeof output !== 'object') return describeValue(output, language)
  if (Array.isArray(output)) return describeList(output, language)
  const fields = output as Fields
  const failure = findFailure(fields)
  if (failure !== undefined) return texts.failed(translateFailure(fields, language) ?? failure)
  const message = translateMessage(fields, language) ?? findMessage(fields)
  const list = findList(fields)
  const parts = [message, list.length > 0 ? describeList(list, language) : undefined]
  return parts.filter((part) => part !== undefined).join('\n\n') || describeFields(fields, language)
}

function translateFailure({ error }: Fields, language: Language): string | undefined {
  return language === 'ru' && typeof error === 'string' ? RUSSIAN_FAILURES[error] : undefined
}

/** Says in Russian what an English message says, as far as the fields beside it tell. */
function translateMessage(fields: Fields, language: Language): string | undefined {
  const message = findMessage(fields)
  if (language !== 'ru' || message === undefined) return undefined
  const things = Object.entries(fields).flatMap(([name, value]) => readThing(name, value))
  const labels = things.map(({ label }) => label)
  const own = labels.reduce((text, label) => text.replaceAll(label, ''), message)
  if (/\p{Script=Cyrillic}/u.test(own) || !/\p{Script=Latin}/u.test(own)) return undefined
  const said = things.map(
    ({ name, fields }) =>
      `${name.startsWith('next') ? 'Следующая' : 'Готово'}: ${describeItem(fields, language)}`,
  )
  if (said.length > 0) return said.join('\n')
  const { count } = fields
  if (typeof count === 'number') return count === 0 ? TEXTS.ru.empty : `Найдено: ${count}`
  return fields['success'] === true ? TEXTS.ru.done : undefined
}

function readThing(
  name: string,
  value: unknown,
): readonly { readonly name: string; readonly label: string; readonly fields: Fields }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const label = labelOf(value as Fields)
  return label === undefined ? [] : [{ name, label, fields: value as Fields }]
}

function findFailure(fields: Fields): string | undefined {
  const failed = fields['success'] === false || fields['ok'] === false || 'error' in fields
  if (!failed || fields['error'] === null || fields['error'] === false) return undefined
  const { error } = fields
  const nested = typeof error === 'object' && error !== null ? (error as Fields)['message'] : undefined
  const reason = [fields['message'], nested, error, fields['code']].find((value) => typeof value === 'string')
  return oneLine(reason ?? 'error')
}

function findMessage(fields: Fields): string | undefined {
  const value = ['message', 'answer', 'text', 'summary']
    .map((name) => fields[name])
    .find((text) => typeof text === 'string')
  return value === undefined || value === '' ? undefined : value
}

function describeList(items: readonly unknown[], language: Language): string {
  const texts = TEXTS[language]
  if (items.length === 0) return texts.empty
  const lines = items.slice(0, SHOWN_ITEMS).map((item) => `- ${describeItem(item, language)}`)
  if (items.length > SHOWN_ITEMS) lines.push(texts.more(items.length - SHOWN_ITEMS))
  return lines.join('\n')
}

/** One entry on one line: id, label, and what else is known in brackets. */
export function describeItem(item: unknown, language: Language): string {
  if (item === null || item === undefined) return '–'
  if (typeof item !== 'object') return describeValue(item, language)
  const fields = item as Fields
  const label = labelOf(fields)
  const rest = Object.entries(fields)
    .filter(([name, value]) => name !== 'id' && value !== label && isShown(value))
    .map(([name, value]) => describeDetail(name, value, language))
  const id = typeof fields['id'] === 'string' || typeof fields['id'] === 'number' ? `#${fields['id']} ` : ''
  if (label === undefined) return `${id}${rest.join(', ')}`
  return `${id}${oneLine(label)}${rest.length > 0 ? ` (${rest.join(', ')})` : ''}`
}

/** Fields whose value says by itself what it is. */
const BARE = { en: /^(?:status|priority|state|type)$/, ru: /^(?:status|state|type)$/ } as const

function describeDetail(name: string, value: unknown, language: Language): string {
  const bare = typeof value === 'string' && BARE[language].test(name)
  return bare
    ? describeValue(value, language)
    : `${fieldName(name, language)}: ${describeValue(value, language)}`
}

function describeFields(fields: Fields, language: Language): string {
  const shown = Object.entries(fields).filter(
    ([name, value]) => isShown(value) && name !== 'success' && name !== 'ok',
  )
  const [only] = shown
  if (!only) return TEXTS[language].done
  if (shown.length === 1)
    return `${capitalise(fieldName(only[0], language))}: ${describeValue(only[1], language)}`
  return shown
    .map(([name, value]) => `- ${fieldName(name, language)}: ${describeValue(value, language)}`)
    .join('\n')
}

function isShown(value: unknown): boolean {
  return (
    value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)
  )
}

function describeValue(value: unknown, language: Language): string {
  if (typeof value === 'boolean') return value ? TEXTS[language].yes : TEXTS[language].no
  if (typeof value === 'string') return language === 'ru' ? toRussian(value) : value
  if (Array.isArray(value)) return value.map((entry) => describeValue(entry, language)).join(', ')
  return typeof value === 'number' ? String(value) : describeItem(value, language)
}

function toRussian(value: string): string {
  const every = /^every (\d+) (days|weeks|months)(?: until (.+))?$/.exec(value)
  if (every)
    return `раз в ${every[1]} ${every[2]?.replace('days', 'дн.').replace('weeks', 'нед.').replace('months', 'мес.')}${every[3] ? ` до ${every[3]}` : ''}`
  const [first = '', until] = value.split(' until ')
  const known = RUSSIAN_VALUES[first]
  return known === undefined ? value : known + (until === undefined ? '' : ` до ${until}`)
}

function fieldName(name: string, language: Language): string {
  const names = nameWords(name)
  const known =
    language === 'ru' ? (RUSSIAN_FIELDS[names.join('_')] ?? RUSSIAN_FIELDS[names[0] ?? '']) : undefined
  return known ?? names.join(' ')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
