/** What stands in a readable line of its own accord; errors are written below it. */
const OWN = new Set(['level', 'time', 'msg', 'err', 'error'])

/** All control characters but tab and line feed: terminals obey them. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** A line of the log as people read it: the message, then its fields as `name=value`, ids last; empty ones left out. */
export function toReadable(line: string): Readonly<Record<string, unknown>> {
  const entry = JSON.parse(line, withoutControls) as Readonly<Record<string, unknown>>
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

function withoutControls(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(CONTROLS, show) : value
}

/** As JSON writes it: `\u001b`. */
function show(control: string): string {
  return String.raw`\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
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
