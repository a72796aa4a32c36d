/** What stands in a readable line of its own accord; errors are written below it. */
const OWN = new Set(['level', 'time', 'msg', 'err', 'error'])

/** A line of the log as people read it: the message, then its fields as `name=value`, ids last; empty ones left out. */
export function toReadable(line: string): Readonly<Record<string, unknown>> {
  const entry = JSON.parse(line) as Readonly<Record<string, unknown>>
  const fields = Object.entries(entry).filter(([name, value]) => !OWN.has(name) && !isEmpty(value))
  const [ids, facts] = [fields.filter(isId), fields.filter((field) => !isId(field))]
  const written = [...facts, ...ids].map(([name, value]) => `${name}=${toText(value)}`)
  const { level, time, msg, err, error } = entry
  return {
    level,
    time,
    msg: (typeof msg === 'string' ? [msg, ...written] : written).join(' '),
    ...(err !== undefined && { err }),
    ...(error !== undefined && { error }),
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

function isId([name]: readonly [string, unknown]): boolean {
  return name.endsWith('Id')
}

/** Quoted where it would not be seen where the value ends. */
function toText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return typeof value === 'string' && (value === '' || /[\s"=]/.test(value)) ? JSON.stringify(value) : text
}
