/** Telegram refuses a whole message for one link it cannot follow. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'tg:', 'ton:'])

/** The address a link may have; undefined when Telegram would refuse it. Source: tdlib/td, LinkManager::check_link. */
export function toLinkAddress(href: string): string | undefined {
  const url = URL.parse(href.trim())
  if (!url || !SCHEMES.has(url.protocol)) return undefined
  const web = url.protocol === 'http:' || url.protocol === 'https:'
  return web && !/[^.]\.[^.]/.test(url.hostname) ? undefined : url.href
}
