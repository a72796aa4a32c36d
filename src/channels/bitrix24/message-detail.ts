import { z } from 'zod'
import { LANGUAGES } from '../../bot-commands.ts'

const AttachmentSchema = z.object({
  /** On the portal's drive. */
  id: z.string(),
  /** What follows is null when the event does not say it; whoever opens the file learns it. */
  kind: z.enum(['photo', 'voice', 'video', 'document']).nullable(),
  name: z.string().nullable(),
  /** In bytes. */
  size: z.number().nullable(),
})

const MessageDetailSchema = z.object({
  /** `question` is answered by the bot, all else by the channel. */
  kind: z.enum(['question', 'command', 'unsupported']),
  /** The portal's address. */
  origin: z.string(),
  dialogId: z.string(),
  private: z.boolean(),
  language: z.enum(LANGUAGES),
  /** Who writes, for a group's conversation; null in private. */
  author: z.string().nullable(),
  /** Of a command; empty otherwise. */
  command: z.string(),
  /** For `/stop`: an answer was running and has been stopped. */
  stopped: z.boolean(),
  /** It corrects what was said before. */
  edited: z.boolean().default(false),
  attachments: z.array(AttachmentSchema).default([]),
})

/** What only the channel knows of a message, stored beside it. */
export type MessageDetail = z.output<typeof MessageDetailSchema>
export type Attachment = z.output<typeof AttachmentSchema>

/** Reads the detail of a stored message. Throws when another version wrote it in a way this one cannot read. */
export function parseDetail(detail: unknown): MessageDetail {
  return MessageDetailSchema.parse(detail)
}
