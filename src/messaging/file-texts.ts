import type { Language } from '../bot-commands.ts'

/** The steps of taking a document in, and how it ends. Values that are filled in are escaped for Markdown. */
export interface DocumentTexts {
  readonly downloading: string
  readonly converting: string
  readonly chunking: string
  /** `{chunks}` */
  readonly embedding: string
  readonly storing: string
  /** `{file}`, `{sections}`, `{chunks}` */
  readonly indexed: string
  /** `{file}` */
  readonly alreadyIndexed: string
  /** It takes longer than anybody waits. */
  readonly stillWorking: string
  /** The messenger does not hand the file out. */
  readonly unavailable: string
}

/** About recordings that somebody sends. */
export interface HearingTexts {
  /** Nothing transcribes. */
  readonly deaf: string
  /** Nothing was heard in it. */
  readonly unclear: string
}

interface FileTexts {
  /** `{limit}` is in megabytes. */
  readonly fileTooLarge: string
  readonly voice: HearingTexts
  readonly documents: Omit<DocumentTexts, 'unavailable'>
}

/** What every channel of messages says about files in the same words. */
export const FILE_TEXTS: Readonly<Record<Language, FileTexts>> = {
  en: {
    fileTooLarge: '❌ File too large. Maximum size is {limit} MB.',
    voice: {
      deaf: 'I cannot listen to voice messages here. Please write to me.',
      unclear: '🎤 I could not hear any words in this. Please try again, or write to me.',
    },
    documents: {
      downloading: '📥 Downloading file...',
      converting: '📄 Converting document to text...',
      chunking: '✂️ Chunking document...',
      embedding: '🧮 Embedding {chunks} chunks...',
      storing: '💾 Storing in database...',
      indexed:
        '✅ **Document indexed successfully!**\n\n📄 File: {file}\n📚 Sections: {sections}\n🧩 Chunks: {chunks}',
      alreadyIndexed: 'ℹ️ This file has already been indexed: {file}',
      stillWorking: '⏳ This document takes longer. I go on reading it; /files shows when it is ready.',
    },
  },
  ru: {
    fileTooLarge: '❌ Файл слишком большой. Максимальный размер: {limit} МБ.',
    voice: {
      deaf: 'Голосовые сообщения я здесь не слушаю. Напишите мне.',
      unclear: '🎤 Я не расслышал слов. Повторите или напишите текстом.',
    },
    documents: {
      downloading: '📥 Скачиваю файл...',
      converting: '📄 Извлекаю текст...',
      chunking: '✂️ Делю документ на части...',
      embedding: '🧮 Индексирую части: {chunks}...',
      storing: '💾 Сохраняю...',
      indexed:
        '✅ **Документ проиндексирован!**\n\n📄 Файл: {file}\n📚 Разделов: {sections}\n🧩 Фрагментов: {chunks}',
      alreadyIndexed: 'ℹ️ Этот файл уже проиндексирован: {file}',
      stillWorking:
        '⏳ Этот документ займёт больше времени. Я продолжаю его читать; /files покажет, когда он готов.',
    },
  },
}
