import { z } from 'zod'

/** The part of the Bot API's objects that the channel reads (Bot API 10.3); unknown fields are let through or dropped. */

const User = z.object({
  id: z.int(),
  is_bot: z.boolean(),
  first_name: z.string().default(''),
  language_code: z.string().optional(),
})

const Chat = z.object({
  id: z.int(),
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  is_forum: z.boolean().optional(),
})

const Entity = z.object({
  type: z.string(),
  offset: z.int(),
  length: z.int(),
  user: z.object({ id: z.int() }).optional(),
})

const FileInfo = z.object({
  file_id: z.string(),
  file_unique_id: z.string(),
  file_size: z.number().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
})

const Quoted = z.object({
  message_id: z.int(),
  from: User.optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  forum_topic_created: z.unknown().optional(),
})

const Button = z.object({ text: z.string(), callback_data: z.string().optional() })

/** Loose: which other fields are there says what kind of message it is. */
const Message = z.looseObject({
  message_id: z.int(),
  date: z.int(),
  edit_date: z.int().optional(),
  chat: Chat,
  from: User.optional(),
  sender_chat: z.object({ id: z.int(), title: z.string().optional() }).optional(),
  message_thread_id: z.int().optional(),
  is_topic_message: z.boolean().optional(),
  media_group_id: z.string().optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  entities: z.array(Entity).optional(),
  caption_entities: z.array(Entity).optional(),
  photo: z.array(FileInfo).optional(),
  document: FileInfo.optional(),
  voice: FileInfo.optional(),
  reply_to_message: Quoted.optional(),
  quote: z.object({ text: z.string() }).optional(),
  migrate_to_chat_id: z.int().optional(),
  migrate_from_chat_id: z.int().optional(),
})

const Pressed = z.object({
  message_id: z.int(),
  date: z.int(),
  chat: Chat,
  message_thread_id: z.int().optional(),
  is_topic_message: z.boolean().optional(),
  reply_markup: z.object({ inline_keyboard: z.array(z.array(Button)) }).optional(),
})

const CallbackQuery = z.object({
  id: z.string(),
  from: User,
  message: Pressed.optional(),
  data: z.string().optional(),
})

const StoppedGeneration = z.object({
  chat: Chat,
  draft_id: z.int().optional(),
  message_thread_id: z.int().optional(),
})

const Update = z.object({
  update_id: z.int(),
  message: Message.optional(),
  edited_message: Message.optional(),
  callback_query: CallbackQuery.optional(),
  stopped_message_generation: StoppedGeneration.optional(),
})

export type TelegramUpdate = z.output<typeof Update>
export type TelegramMessage = z.output<typeof Message>
export type TelegramEntity = z.output<typeof Entity>
export type TelegramPress = z.output<typeof CallbackQuery>

/** What the channel asks Telegram to send; all else is left out there. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'stopped_message_generation',
] as const satisfies readonly (keyof TelegramUpdate)[]

/** Undefined when it is none; the reason goes to `onProblem`, without what the message said. */
export function parseUpdate(
  value: unknown,
  onProblem: (problem: string) => void,
): TelegramUpdate | undefined {
  const read = Update.safeParse(value)
  if (read.success) return read.data
  onProblem(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  return undefined
}
