import { FILE_TEXTS } from '../../../messaging/file-texts.ts'
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
  fileTooLarge: FILE_TEXTS.en.fileTooLarge,
  voice: {
    ...FILE_TEXTS.en.voice,
    mute: 'I have no voice here: the operator of this bot has not set one up.',
    usage:
      'Usage: /voice on, /voice off or /voice auto. With auto I answer voice messages with voice, and text with text.',
    on: '🔊 From now on I say my answers, too.',
    off: '🔇 From now on I only write.',
    auto: '🔉 I answer voice messages with voice, and text with text.',
  },
  documents: {
    ...FILE_TEXTS.en.documents,
    unavailable: '❌ Telegram does not give me this file. Please send it again.',
  },
}
