/** The part of the Bot API's objects that the fake speaks (Bot API 10.3). */

export interface TelegramUser {
  readonly id: number
  readonly is_bot: boolean
  readonly first_name: string
  readonly last_name?: string
  readonly username?: string
  readonly language_code?: string
}

export interface TelegramChat {
  readonly id: number
  readonly type: 'private' | 'group' | 'supergroup'
  readonly title?: string
  readonly username?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly is_forum?: true
}

/** `offset` and `length` count UTF-16 units, as JavaScript strings do. */
export interface TelegramEntity {
  readonly type: string
  readonly offset: number
  readonly length: number
  readonly url?: string
  readonly user?: TelegramUser
  readonly language?: string
  readonly custom_emoji_id?: string
}

export interface TelegramFile {
  readonly file_id: string
  readonly file_unique_id: string
  readonly file_size: number
}

export interface TelegramPhotoSize extends TelegramFile {
  readonly width: number
  readonly height: number
}

export interface TelegramDocument extends TelegramFile {
  readonly file_name?: string
  readonly mime_type?: string
}

export interface TelegramVoice extends TelegramFile {
  readonly duration: number
  readonly mime_type?: string
}

export interface InlineButton {
  readonly text: string
  readonly callback_data?: string
  readonly url?: string
}

export interface InlineKeyboard {
  readonly inline_keyboard: readonly (readonly InlineButton[])[]
}

/** What a message says. */
export interface TelegramContent {
  readonly text?: string
  readonly entities?: readonly TelegramEntity[]
  readonly caption?: string
  readonly caption_entities?: readonly TelegramEntity[]
  readonly photo?: readonly TelegramPhotoSize[]
  readonly document?: TelegramDocument
  readonly voice?: TelegramVoice
  readonly media_group_id?: string
  readonly migrate_to_chat_id?: number
  readonly migrate_from_chat_id?: number
}

export interface TelegramMessage extends TelegramContent {
  readonly message_id: number
  readonly message_thread_id?: number
  readonly is_topic_message?: true
  readonly from: TelegramUser
  readonly chat: TelegramChat
  readonly date: number
  readonly edit_date?: number
  readonly reply_to_message?: TelegramMessage
  readonly reply_markup?: InlineKeyboard
}

export interface TelegramChatMember {
  readonly user: TelegramUser
  readonly status: 'member' | 'left' | 'kicked'
  readonly until_date?: number
}

/** What an update can be about. */
export interface UpdateContent {
  readonly message?: TelegramMessage
  readonly edited_message?: TelegramMessage
  readonly callback_query?: {
    readonly id: string
    readonly from: TelegramUser
    readonly message: TelegramMessage
    readonly chat_instance: string
    readonly data: string
  }
  readonly my_chat_member?: {
    readonly chat: TelegramChat
    readonly from: TelegramUser
    readonly date: number
    readonly old_chat_member: TelegramChatMember
    readonly new_chat_member: TelegramChatMember
  }
  readonly stopped_message_generation?: {
    readonly chat: TelegramChat
    readonly draft_id: number
    readonly message_thread_id?: number
  }
}

export interface TelegramUpdate extends UpdateContent {
  readonly update_id: number
}
