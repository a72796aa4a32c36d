import type { Channel } from '../src/channels/channel.ts'
import type { InboundMessage, InboxHandler, MessageWork, TurnPolicy } from '../src/inbound.ts'

/** The other side of the wire: what people see. */
export interface Wire {
  /** Shows a message and returns its id. */
  send(key: string, text: string): Promise<string>
  edit(id: string, text: string): Promise<void>
}

export interface WireOptions {
  readonly turnPolicy?: TurnPolicy
  /** Takes the place of the handler that answers with a placeholder and one edit. */
  readonly handle?: (work: MessageWork) => Promise<void>
}

/** The body of `POST /wire`. */
export interface WireMessage {
  readonly id: string
  readonly key: string
  readonly text: string
  readonly subject?: string
}

/**
 * A channel as plain as one can be that keeps the guarantee: acknowledges what was accepted, answers with a placeholder
 * that becomes the answer. A text that begins with `/` never joins others.
 */
export function createWireChannel(
  wire: Wire,
  { turnPolicy = 'queue', handle = (work) => answer(work, wire) }: WireOptions = {},
): Channel {
  const inbox: InboxHandler = { turnPolicy, joins: ({ text }) => !text.startsWith('/'), handle }
  return {
    name: 'wire',
    inbox,
    register: (server, host) => {
      server.post('/wire', async (request) => {
        const { id, key, text, subject = 'ada' } = request.body as WireMessage
        const bot = host.bots.list()[0]?.name ?? ''
        return await host
          .accept({
            conversation: { bot, channel: 'wire', key },
            externalId: id,
            subject,
            text,
            detail: null,
          })
          .then((result) => ({ result }))
      })
    },
  }
}

/** Answers by the model. */
export async function answer(work: MessageWork, wire: Wire): Promise<void> {
  const { key } = work.messages[0].conversation
  await work.outbox.place(0, () => wire.send(key, '…'))
  const text = await readAnswer(work)
  await work.outbox.fill(0, { text }, (id) => wire.edit(id, text))
}

async function readAnswer(work: MessageWork): Promise<string> {
  const { conversation, subject } = work.messages[0]
  const { events } = await work.converse({ conversation, subject, text: joined(work.messages) })
  let text = ''
  for await (const { event } of events) {
    if (event.type === 'text-delta') text += event.text
    if (event.type === 'error' && event.retryable && !work.lastAttempt) throw new Error(event.code)
    if (event.type === 'error') text = `error: ${event.code}`
  }
  return text
}

export function joined(messages: readonly InboundMessage[]): string {
  return messages.map(({ text }) => text).join('\n')
}

/** A wire in memory. */
export class MemoryWire implements Wire {
  /** What is shown, oldest first. */
  readonly shown: { readonly key: string; text: string }[] = []

  send(key: string, text: string): Promise<string> {
    this.shown.push({ key, text })
    return Promise.resolve(String(this.shown.length - 1))
  }

  edit(id: string, text: string): Promise<void> {
    const message = this.shown[Number(id)]
    if (message) message.text = text
    return Promise.resolve()
  }

  textsOf(key: string): readonly string[] {
    return this.shown.filter((message) => message.key === key).map(({ text }) => text)
  }
}
