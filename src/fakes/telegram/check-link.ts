import type { TelegramEntity } from './telegram-types.ts'

/** The address as the server keeps it; undefined when it would not take it. */
function checkLink(address: string): string | undefined {
  const hasScheme = /^(?:https?|tg|ton|tonsite):/i.test(address)
  const full = hasScheme ? address : `http://${address}`
  if (!URL.canParse(full)) return undefined
  const url = new URL(full)
  return /^https?:$/.test(url.protocol) && !url.hostname.includes('.') ? undefined : url.href
}

/** What a link makes of the text it covers: a mention of a person, a link, or nothing. */
export function toLinkEntity(address: string): Pick<TelegramEntity, 'type' | 'url' | 'user'> | undefined {
  const id = /^tg:(?:\/\/)?user\?id=(\d+)$/i.exec(address)?.[1]
  if (id !== undefined)
    return { type: 'text_mention', user: { id: Number(id), is_bot: false, first_name: `User ${id}` } }
  const url = checkLink(address)
  return url === undefined ? undefined : { type: 'text_link', url }
}
