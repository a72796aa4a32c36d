import { createHash } from 'node:crypto'
import type { BitrixPortal } from '../../bitrix24-portals.ts'
import type { ConversationKey } from '../../conversation.ts'
import type { InboundMessage } from '../../inbound.ts'
import { languageFor } from '../../bot-commands.ts'
import type { BotInfo, Host } from '../channel.ts'
import type { MessageDetail } from './message-detail.ts'
import type { BitrixMessage } from './read-message.ts'
import { COMMANDS } from './texts/bitrix-texts.ts'

export interface ReceiveContext {
  readonly host: Host
  /** Our bot that answers. */
  readonly bot: BotInfo
  readonly portal: Pick<BitrixPortal, 'origin' | 'memberId' | 'bot'>
}

/**
 * Takes a message in, by whichever way it came; resolves when it is stored durably. What is for another bot of the
 * portal is left out. Throws when it has to come again.
 */
export async function receiveMessage(message: BitrixMessage, context: ReceiveContext): Promise<void> {
  const { host, portal } = context
  // A bot that is being registered is not known yet, and is written to already.
  if (portal.bot !== null && portal.bot.id !== message.botId) return
  const inbound = toInbound(message, context)
  if (inbound === undefined) return
  const detail = inbound.detail
  if (detail.command !== 'stop') return void (await host.accept(inbound))
  // One that comes again must not stop the answer after that.
  if (await host.hasAccepted(inbound)) return
  // At once, not in the lane: there it would wait for the very answer it is to stop.
  const stopped = await stopAnswer(host, inbound.conversation)
  await host.accept({ ...inbound, detail: { ...detail, stopped } })
}

type Received = Omit<InboundMessage, 'detail'> & { readonly detail: MessageDetail }

function toInbound(message: BitrixMessage, { bot, portal }: ReceiveContext): Received | undefined {
  const { kind, dialogId, messageId, userId, edited } = message
  const isPrivate = !dialogId.startsWith('chat')
  const request = readRequest(message, bot)
  // Of an edit of what cannot be read it has been said that it cannot be.
  if (request.kind === 'unsupported' && (!isPrivate || edited)) return undefined
  const event = kind === 'joined' ? `joined:${dialogId}` : `${messageId}:${fingerprint(message)}`
  return {
    conversation: { bot: bot.name, channel: 'bitrix24', key: `${portal.memberId}/${dialogId}` },
    externalId: `${portal.memberId}:${event}`,
    subject: `bitrix24:${portal.memberId}:${userId}`,
    text: request.text,
    detail: {
      kind: request.kind,
      origin: portal.origin,
      dialogId,
      private: isPrivate,
      language: message.language === undefined ? languageOf(portal.origin) : languageFor(message.language),
      author: isPrivate ? null : message.author || null,
      command: request.command,
      stopped: false,
      edited,
      attachments: [...message.files],
    },
  }
}

/** The same for the same content, so that an edit that changes nothing is no message. */
function fingerprint({ text, files }: BitrixMessage): string {
  const content = JSON.stringify([text, ...files.map(({ id }) => id)])
  return createHash('sha256').update(content).digest('base64url').slice(0, 12)
}

interface Request {
  readonly kind: MessageDetail['kind']
  readonly command: string
  readonly text: string
}

/** A chat that was joined is greeted. Other bots of a group have commands, too, so unknown ones are words. */
function readRequest({ kind, text, files }: BitrixMessage, { commands }: BotInfo): Request {
  if (kind === 'joined') return { kind: 'command', command: 'start', text: '' }
  if (text === '') return { kind: files.length > 0 ? 'question' : 'unsupported', command: '', text }
  const [whole = '', name = ''] = /^\/([a-z\d_]{1,32})(?:\s+|$)/i.exec(text) ?? []
  const command = name.toLowerCase()
  const known = [...COMMANDS, ...commands.map((own) => own.name)].includes(command)
  if (!known) return { kind: 'question', command: '', text }
  const rest = text.slice(whole.length).trim()
  const asks = command === 'ask' && (rest !== '' || files.length > 0)
  return { kind: asks ? 'question' : 'command', command: asks ? '' : command, text: rest }
}

/** Where the portal does not say it. */
function languageOf(origin: string): MessageDetail['language'] {
  return /\.(?:ru|by|kz)$/.test(new URL(origin).hostname) ? 'ru' : 'en'
}

async function stopAnswer(host: Host, conversation: ConversationKey): Promise<boolean> {
  const turnId = (await host.history(conversation))?.runningTurnId
  return turnId ? host.stop({ turnId, channel: conversation.channel, account: 'any' }) : false
}
