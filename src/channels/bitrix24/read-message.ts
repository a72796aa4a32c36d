import { z } from 'zod'
import { fromBBCode } from './from-bbcode.ts'
import type { Attachment } from './message-detail.ts'
import { readV1Files, readV2Files } from './read-files.ts'

/** What a person wrote, whichever API told it. */
export interface BitrixMessage {
  readonly kind: 'message' | 'joined'
  /** The bot it is for. */
  readonly botId: number
  /** Empty for a chat that was joined. */
  readonly messageId: string
  /** `5` for the dialog with user 5, `chat142` for a group. */
  readonly dialogId: string
  readonly userId: string
  readonly author: string
  readonly text: string
  /** It says anew what a message of this id said before. */
  readonly edited: boolean
  readonly files: readonly Attachment[]
  /** As the portal says it, such as `ru`. */
  readonly language: string | undefined
}

const text = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null || typeof value === 'boolean' ? '' : String(value)))
const flag = z
  .union([z.boolean(), z.string(), z.number(), z.null()])
  .transform((value) => value === true || ['1', 'Y', 'true'].includes(String(value)))
  .optional()
const id = text.pipe(z.string().regex(/^\d{1,16}$/))

const dialog = text.pipe(z.string().regex(/^(?:chat)?\d{1,16}$/))

/** Source: b24restdocs, imbot.v2 events; values are text in forms. */
const V2Schema = z.object({
  bot: z.object({ id }),
  message: z
    .object({
      id,
      authorId: text,
      text: text.optional(),
      isSystem: flag,
      date: text.optional(),
      params: z.unknown().optional(),
    })
    .optional(),
  dialogId: dialog.optional(),
  chat: z.object({ dialogId: dialog.optional() }).optional(),
  user: z.object({ id: text, name: text.optional(), bot: flag }).optional(),
  language: text.optional(),
})

const V1Schema = z.object({
  BOT: z.record(z.string().regex(/^\d{1,16}$/), z.unknown()),
  PARAMS: z.object({
    DIALOG_ID: dialog,
    MESSAGE: text.optional(),
    MESSAGE_ID: text.optional(),
    FROM_USER_ID: text.optional(),
    USER_ID: text.optional(),
    LANGUAGE: text.optional(),
    SYSTEM: flag,
    FILES: z.unknown().optional(),
    PARAMS: z.unknown().optional(),
  }),
  USER: z.object({ ID: text.optional(), NAME: text.optional(), IS_BOT: flag }).optional(),
})

/** Events of both APIs that somebody is to be answered for. */
const READERS: Readonly<Record<string, (data: unknown) => readonly BitrixMessage[]>> = {
  ONIMBOTV2MESSAGEADD: readV2,
  ONIMBOTV2COMMANDADD: readV2,
  ONIMBOTV2JOINCHAT: readV2,
  ONIMBOTMESSAGEADD: readV1,
  ONIMBOTJOINCHAT: readV1,
}

/** Events of a message that was changed; its data is that of a message. Source: b24restdocs, events of messages. */
const EDITS: Readonly<Record<string, (edit: ToldEvent) => readonly BitrixMessage[]>> = {
  ONIMBOTV2MESSAGEUPDATE: readV2Edit,
  ONIMBOTMESSAGEUPDATE: readV1Edit,
}

/** An event as it was told. */
export interface ToldEvent {
  /** In capitals. */
  readonly event: string
  readonly data?: unknown
  /** When it happened, in Unix milliseconds; NaN when nobody says. */
  readonly at: number
}

/**
 * The messages of an event: one, or one a bot. Bots and the system are not answered, so that no two bots talk for ever;
 * events of other kinds, late edits, and what cannot be read, have none.
 */
export function readMessages(told: ToldEvent): readonly BitrixMessage[] {
  const edits = EDITS[told.event]?.(told)
  return edits?.map((message) => ({ ...message, edited: true })) ?? READERS[told.event]?.(told.data) ?? []
}

/** Edits within this time correct a message; later ones tidy up, and are left alone. */
const CORRECTION_MS = 15 * 60_000

function readV2Edit({ data, at }: ToldEvent): readonly BitrixMessage[] {
  const written = V2Schema.safeParse(data).data?.message?.date
  const isLate = at - Date.parse(written ?? '') > CORRECTION_MS
  return isLate ? [] : readV2(data)
}

/** imbot does not say when a message was written; nor, in groups, whether a bot did, and then nobody answers. */
function readV1Edit({ data }: ToldEvent): readonly BitrixMessage[] {
  const author = V1Schema.safeParse(data).data?.USER
  return author?.IS_BOT === undefined ? [] : readV1(data)
}

function readV2(data: unknown): readonly BitrixMessage[] {
  const read = V2Schema.safeParse(data).data
  const place = read && placeOf(read)
  if (!place || read.user?.bot || read.message?.isSystem || place.userId === read.bot.id) return []
  const author = read.user?.name ?? ''
  const language = read.language || undefined
  const files = readV2Files(read.message?.params)
  return [{ ...toWords(read.message, Number(read.bot.id)), ...place, author, edited: false, files, language }]
}

/** Who speaks where; undefined when that is nobody or nowhere. */
function placeOf({
  dialogId: named,
  chat,
  message,
  user,
}: z.output<typeof V2Schema>): Pick<BitrixMessage, 'dialogId' | 'userId'> | undefined {
  const dialogId = named ?? chat?.dialogId
  const userId = message?.authorId ?? user?.id
  return isPerson(userId) && dialogId !== undefined ? { dialogId, userId } : undefined
}

function toWords(
  message: z.output<typeof V2Schema>['message'],
  botId: number,
): Pick<BitrixMessage, 'kind' | 'botId' | 'messageId' | 'text'> {
  if (!message) return { kind: 'joined', botId, messageId: '', text: '' }
  return { kind: 'message', botId, messageId: message.id, text: fromBBCode(message.text ?? '', botId) }
}

function readV1(data: unknown): readonly BitrixMessage[] {
  const read = V1Schema.safeParse(data).data
  if (!read) return []
  const { BOT, PARAMS, USER } = read
  const userId = PARAMS.FROM_USER_ID ?? PARAMS.USER_ID ?? USER?.ID
  if (USER?.IS_BOT || PARAMS.SYSTEM || !isPerson(userId)) return []
  return Object.keys(BOT)
    .filter((botId) => botId !== userId)
    .map((botId) => ({
      kind: PARAMS.MESSAGE_ID === undefined ? 'joined' : 'message',
      botId: Number(botId),
      messageId: PARAMS.MESSAGE_ID ?? '',
      dialogId: PARAMS.DIALOG_ID,
      userId,
      author: USER?.NAME ?? '',
      text: fromBBCode(PARAMS.MESSAGE ?? '', Number(botId)),
      edited: false,
      files: readV1Files(PARAMS.FILES, PARAMS.PARAMS),
      language: PARAMS.LANGUAGE || undefined,
    }))
}

/** The system writes as 0. */
function isPerson(userId: string | undefined): userId is string {
  return userId !== undefined && /^[1-9]\d{0,15}$/.test(userId)
}
