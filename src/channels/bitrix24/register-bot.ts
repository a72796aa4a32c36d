import type { BitrixBot, BitrixPortals } from '../../bitrix24-portals.ts'
import type { BotInfo } from '../channel.ts'
import { BitrixFailure, isFailure } from './bitrix-failure.ts'
import type { Portal } from './portal.ts'

export interface RegisterOptions {
  readonly portals: BitrixPortals
  readonly bot: BotInfo
  readonly mode: BitrixBot['eventMode']
  /** Where the portal posts events; absent in fetch mode without an address. */
  readonly webhookUrl: string | undefined
  readonly signal: AbortSignal
}

/** Makes our bot known to the portal, or tells it what has changed; by imbot.v2 where the portal has it. */
export async function registerBot(portal: Portal, options: RegisterOptions): Promise<BitrixBot> {
  const bot = (await hasV2(portal, options.signal))
    ? await registerV2(portal, options)
    : await registerV1(portal, options)
  await options.portals.keepBot(portal.origin, bot)
  await portal.read()
  return bot
}

/** Portals on their owners' servers may be older. */
async function hasV2(portal: Portal, signal: AbortSignal): Promise<boolean> {
  try {
    await portal.call('imbot.v2.Revision.get', {}, signal)
    return true
  } catch (error) {
    if (isFailure(error, 'no-method')) return false
    throw error
  }
}

function codeOf({ name }: BotInfo): string {
  return `botyard_${name}`
}

/** Registering a known code changes nothing, so that is done by an update. */
async function registerV2(
  portal: Portal,
  { bot, mode, webhookUrl, signal }: RegisterOptions,
): Promise<BitrixBot> {
  const properties = { name: bot.title, workPosition: bot.description.slice(0, 100) }
  const fields = { eventMode: mode, properties, ...(mode === 'webhook' && { webhookUrl }) }
  const registered = await portal.call(
    'imbot.v2.Bot.register',
    { fields: { ...fields, code: codeOf(bot), type: 'bot' } },
    signal,
  )
  const id = (registered as { readonly bot?: { readonly id?: unknown } } | undefined)?.bot?.id
  const botId = requireId(id)
  await portal.call('imbot.v2.Bot.update', { botId, fields }, signal)
  return { id: botId, api: 'v2', eventMode: mode }
}

/**
 * Has no fetching. Registering a known code changes nothing here either, and does not bind the handler of edits at all.
 * Source: b24restdocs, ONIMBOTMESSAGEUPDATE and imbot.update.
 */
async function registerV1(portal: Portal, { bot, webhookUrl, signal }: RegisterOptions): Promise<BitrixBot> {
  if (webhookUrl === undefined)
    throw new BitrixFailure('the portal knows imbot v1 alone, which needs APP_URL for its webhook', {
      kind: 'rejected',
    })
  const fields = {
    EVENT_MESSAGE_ADD: webhookUrl,
    EVENT_WELCOME_MESSAGE: webhookUrl,
    EVENT_BOT_DELETE: webhookUrl,
    PROPERTIES: { NAME: bot.title, WORK_POSITION: bot.description.slice(0, 100) },
  }
  const { clientId } = portal.application
  const registration = { CODE: codeOf(bot), TYPE: 'B', CLIENT_ID: clientId, ...fields }
  const id = requireId(await portal.call('imbot.register', registration, signal))
  const update = { BOT_ID: id, CLIENT_ID: clientId, FIELDS: { ...fields, EVENT_MESSAGE_UPDATE: webhookUrl } }
  await portal.call('imbot.update', update, signal)
  return { id, api: 'v1', eventMode: 'webhook' }
}

function requireId(id: unknown): number {
  const number = Number(id)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new BitrixFailure('the bot was registered without an id', { kind: 'rejected' })
}
