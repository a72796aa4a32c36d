import { anyText, poeKey, poeKeys, webUrl, whole, yesOrNo } from './setting-types.ts'

/** The rows of `SETTINGS` about Poe. */
export const POE_SETTINGS = {
  POE_ACCESS_KEY: {
    section: 'Channels',
    about:
      'The access key of the bot that Poe reaches at `/`, `POE_BOT`; without any key the Poe channel is off.',
    type: poeKey,
    example: '32 characters from the settings of the bot on Poe',
    secret: true,
  },
  POE_BOT: {
    section: 'Channels',
    about: 'The bot that `POE_ACCESS_KEY` belongs to; without it the default bot.',
    type: anyText,
    example: 'support',
  },
  POE_ACCESS_KEYS: {
    section: 'Channels',
    about: 'Further bots on Poe, at `/poe/{bot}`, each with an access key of its own.',
    type: poeKeys,
    example: 'sales=the-32-characters-of-that-bots-key',
    secret: true,
  },
  POE_ALLOW_WITHOUT_KEY: {
    section: 'Channels',
    about: 'Serve bots that have no access key at `/poe/{bot}` to everybody who calls them.',
    type: yesOrNo,
    default: 'false',
  },
  POE_MESSAGES_PER_MINUTE: {
    section: 'Channels',
    about: 'Messages that one person on Poe may send to a bot in a minute; 0 is no limit.',
    type: whole(0, 1_000_000),
    default: '10',
  },
  POE_MESSAGES_PER_HOUR: {
    section: 'Channels',
    about: 'The same in an hour.',
    type: whole(0, 1_000_000),
    default: '50',
  },
  POE_MESSAGES_PER_DAY: {
    section: 'Channels',
    about: 'The same in a day.',
    type: whole(0, 1_000_000),
    default: '200',
  },
  POE_ANSWER_SECONDS: {
    section: 'Channels',
    about: 'After so many seconds an answer on Poe is closed politely; Poe cuts it at 3600.',
    type: whole(1, 3_590),
    default: '3540',
  },
  POE_MAX_BODY_BYTES: {
    section: 'Channels',
    about: 'The largest request of Poe that is read, in bytes: whole conversations with what was attached.',
    type: whole(1_024, 1_073_741_824),
    default: '16777216',
  },
  POE_BASE_URL: {
    section: 'Channels',
    about: 'Where to reach the API of Poe.',
    type: webUrl,
    default: 'https://api.poe.com',
  },
  POE_UPLOAD_URL: {
    section: 'Channels',
    about: 'Where Poe takes the files of answers.',
    type: webUrl,
    default: 'https://www.quora.com/poe_api/file_upload_3RD_PARTY_POST',
  },
  POE_API_KEY: {
    section: 'Models',
    about:
      'Pays for models such as `poe/GPT-5` when a question did not come from Poe; from there the person pays.',
    type: anyText,
    example: '…',
    secret: true,
  },
} as const
