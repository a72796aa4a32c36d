const EXCERPT_LENGTH = 80

/** A short piece of what was received, in quotes, with control and unpaired characters made visible. */
export function lineExcerpt(text: string, length = EXCERPT_LENGTH): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text
  return JSON.stringify(cut).replaceAll(/[\u007F-\u009F\u2028\u2029\uFEFF]/g, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return String.raw`\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`
}

/** The data of an event as a JSON object, or what is wrong with it. */
export function eventProblem(
  data: string,
): { readonly json: Readonly<Record<string, unknown>> } | { readonly wrong: string } {
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    return { wrong: 'is not JSON' }
  }
  return isObject(json) ? { json } : { wrong: 'is JSON, but no object' }
}

/** Narrows to a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
