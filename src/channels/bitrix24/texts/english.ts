import { FILE_TEXTS } from '../../../messaging/file-texts.ts'
import { SHARED_TEXTS } from '../../../messaging/shared-texts.ts'
import type { BitrixTexts } from './bitrix-texts.ts'

export const english: BitrixTexts = {
  ...SHARED_TEXTS.en,
  ...FILE_TEXTS.en,
  start:
    '👋 **Welcome to {title}!**\n\n{description}\n\nJust write me your question. /help shows what else I understand.',
  help: [
    '**What I understand**',
    '',
    '- Any message: I answer it. In a group, mention me.',
    '- /ask <question>: the same.',
    '- /stop: I stop the answer I am writing.',
    '- /clear: I forget our conversation.',
    '- /help: this list.',
    '',
    'You can send files with your question.',
  ].join('\n'),
  unsupported: 'I cannot read this kind of message yet. Please write to me, or send a file.',
  documents: {
    ...FILE_TEXTS.en.documents,
    unavailable: '❌ Bitrix24 does not give me this file. Please send it again.',
  },
}
