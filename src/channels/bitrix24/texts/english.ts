import type { BitrixTexts } from './bitrix-texts.ts'

export const english: BitrixTexts = {
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
  askUsage: 'Please provide a question. Usage: /ask <your question>',
  cleared: '✅ Your conversation history has been cleared.',
  stopped: '⏹ Stopped.',
  nothingToStop: 'I am not writing an answer right now.',
  linked: '✅ This chat is linked to your account.',
  linkPrivately: 'Send me the code in our private chat, where nobody else can read it.',
  unsupported: 'I can read text only. Please write to me.',
  sources: 'Sources:',
  errors: {},
}
