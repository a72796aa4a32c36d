import {
  anyText,
  choice,
  decimal,
  telegramBots,
  telegramSecret,
  telegramToken,
  webUrl,
} from './setting-types.ts'
import type { Setting } from './settings.ts'

/** The rows of `SETTINGS` about Telegram. */
export const TELEGRAM_SETTINGS = {
  TELEGRAM_BOT_TOKEN: {
    section: 'Channels',
    about: 'The token of the Telegram bot, from @BotFather; without it the Telegram channel is off.',
    type: telegramToken,
    example: '123456789:AA…',
    secret: true,
    aliases: ['TELEGRAM_TOKEN'],
  },
  TELEGRAM_BOT: {
    section: 'Channels',
    about: 'The bot that answers on Telegram; without it the default bot.',
    type: anyText,
    example: 'support',
  },
  TELEGRAM_MORE_BOTS: {
    section: 'Channels',
    about: 'Further bots on Telegram, each with a token of its own.',
    type: telegramBots,
    example: 'sales=123456789:AA…,jobs=987654321:AA…',
    secret: true,
  },
  TELEGRAM_MODE: {
    section: 'Channels',
    about:
      'How messages come from Telegram: `auto` is a webhook when `APP_URL` begins with https, and long polling otherwise.',
    type: choice(['auto', 'polling', 'webhook', 'off']),
    default: 'auto',
  },
  TELEGRAM_WEBHOOK_SECRET: {
    section: 'Channels',
    about: 'What Telegram shows with each message; without it one is derived from the token.',
    type: telegramSecret,
    example: 'a-long-random-secret',
    secret: true,
    aliases: ['TG_WEBHOOK_SECRET', 'WEBHOOK_SECRET'],
  },
  TELEGRAM_API_ROOT: {
    section: 'Channels',
    about: 'Where to reach the Telegram Bot API, or a Bot API server of your own.',
    type: webUrl,
    default: 'https://api.telegram.org',
  },
  TELEGRAM_MESSAGES_PER_SECOND: {
    section: 'Channels',
    about: 'Messages and edits sent to Telegram in a second, over all chats of a bot; it allows about 30.',
    type: decimal(1, 1_000),
    default: '30',
  },
  TELEGRAM_CHAT_MESSAGES_PER_SECOND: {
    section: 'Channels',
    about:
      'The same in one chat, after a first three; Telegram allows about 1. Groups have less than a third of it.',
    type: decimal(0.1, 1_000),
    default: '1',
  },
} as const satisfies Record<string, Setting>
