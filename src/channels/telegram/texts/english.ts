import { SHARED_TEXTS } from '../../../messaging/shared-texts.ts'
import type { TelegramTexts } from './telegram-texts.ts'

export const english: TelegramTexts = {
  ...SHARED_TEXTS.en,
  start:
    '👋 **Welcome to {title}!**\n\n{description}\n\nJust write me your question. /help shows what else I understand.',
  help: [
    '**What I understand**',
    '',
    '- Any message: I answer it.',
    '- /ask <question>: the same; in a group I answer /ask, mentions of me and replies to me.',
    '- /stop: I stop the answer I am writing.',
    '- /clear: I forget our conversation.',
    '- /help: this list.',
    '',
    'You can send photos and documents with your question.',
  ].join('\n'),
  commands: {
    start: 'Begin',
    help: 'What I understand',
    ask: 'Ask a question',
    clear: 'Forget our conversation',
    stop: 'Stop the answer',
    voice: 'Answer with voice: on, off or auto',
  },
  unsupported: 'I cannot read this kind of message yet. Please write to me, or send a photo or a document.',
  fileTooLarge: '❌ File too large. Maximum size is {limit} MB.',
  voice: {
    deaf: 'I cannot listen to voice messages here. Please write to me.',
    unclear: '🎤 I could not hear any words in this. Please try again, or write to me.',
    mute: 'I have no voice here: the operator of this bot has not set one up.',
    usage:
      'Usage: /voice on, /voice off or /voice auto. With auto I answer voice messages with voice, and text with text.',
    on: '🔊 From now on I say my answers, too.',
    off: '🔇 From now on I only write.',
    auto: '🔉 I answer voice messages with voice, and text with text.',
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
    unavailable: '❌ Telegram does not give me this file. Please send it again.',
  },
  errors: {
    document_type_unknown: 'Unsupported file type. Send PDF, DOCX, EPUB, HTML, Markdown, CSV or plain text.',
    document_empty: 'Could not extract text from the document. A scan has to be turned into text first.',
  },
}
