/** Writes a form as PHP's http_build_query does: all scalars are text, true is 1, what is null is left out. */
export function buildQuery(value: object): string {
  const form = new URLSearchParams()
  for (const [key, inner] of Object.entries(value)) write(form, key, inner)
  return form.toString()
}

function write(form: URLSearchParams, name: string, value: unknown): void {
  if (value === null || value === undefined) return
  if (typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) write(form, `${name}[${key}]`, inner)
  else if (typeof value === 'boolean') form.append(name, value ? '1' : '0')
  else if (typeof value === 'string' || typeof value === 'number') form.append(name, String(value))
}
