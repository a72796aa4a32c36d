import { SHARED_TEXTS } from '../../../messaging/shared-texts.ts'
import type { BitrixTexts } from './bitrix-texts.ts'

export const english: BitrixTexts = {
  ...SHARED_TEXTS.en,
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
  ].join('\n'),
  unsupported: 'I can read text only. Please write to me.',
}
