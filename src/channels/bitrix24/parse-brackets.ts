/** A value of a form: everything in it is text. */
export type FormValue = string | FormObject
export interface FormObject {
  readonly [key: string]: FormValue
}

/** What PHP itself would take, and more than an event has. */
const MOST_FIELDS = 5_000
const DEEPEST = 12

interface Nested {
  [key: string]: string | Nested
}

/**
 * Reads a form as PHP does: `data[BOT][12][ID]=1`. Numbers in brackets are keys as all others, so no id is lost.
 * Undefined for what is larger or deeper than any event. Source: PHP, http_build_query.
 */
export function parseBrackets(body: string): FormObject | undefined {
  const fields = [...new URLSearchParams(body)]
  if (fields.length > MOST_FIELDS) return undefined
  const root = createObject()
  for (const [name, value] of fields) if (!put(root, keysOf(name), value)) return undefined
  return root
}

/** Without a prototype, so that no key means anything else. */
function createObject(): Nested {
  return Object.create(null) as Nested
}

function keysOf(name: string): readonly string[] {
  const start = name.indexOf('[')
  if (start <= 0 || !name.endsWith(']')) return [name]
  return [name.slice(0, start), ...name.slice(start + 1, -1).split('][')]
}

/** False when it would go too deep. */
function put(root: Nested, keys: readonly string[], value: string): boolean {
  if (keys.length > DEEPEST) return false
  let place = root
  for (const key of keys.slice(0, -1)) {
    const own = keyIn(place, key)
    const known = place[own]
    const next = typeof known === 'object' ? known : createObject()
    place[own] = next
    place = next
  }
  place[keyIn(place, keys.at(-1) ?? '')] = value
  return true
}

/** Empty brackets count up, as in a list. */
function keyIn(place: Nested, key: string): string {
  return key === '' ? String(Object.keys(place).length) : key
}
