import type { Attachment } from './message-detail.ts'
import type { TelegramMessage } from './telegram-update.ts'

/** The largest file a bot can get from Telegram, in megabytes. Source: Bot API, getFile. */
export const MAX_FILE_MB = 20

/** The photos, documents and voice of a message; of a photo the largest size. */
export function attachmentsOf({ photo, document, voice }: TelegramMessage): readonly Attachment[] {
  const largest = photo?.at(-1)
  return [
    ...(largest
      ? [
          {
            kind: 'photo',
            fileId: largest.file_id,
            name: 'photo.jpg',
            mimeType: 'image/jpeg',
            size: largest.file_size ?? null,
          } as const,
        ]
      : []),
    ...(document
      ? [
          {
            kind: 'document',
            fileId: document.file_id,
            name: document.file_name ?? 'document',
            mimeType: document.mime_type ?? 'application/octet-stream',
            size: document.file_size ?? null,
          } as const,
        ]
      : []),
    ...(voice
      ? [
          {
            kind: 'voice',
            fileId: voice.file_id,
            name: 'voice.ogg',
            mimeType: voice.mime_type ?? 'audio/ogg',
            size: voice.file_size ?? null,
          } as const,
        ]
      : []),
  ]
}

export function isTooLarge(message: TelegramMessage): boolean {
  return attachmentsOf(message).some(({ size }) => size !== null && size > MAX_FILE_MB * 1024 * 1024)
}
