import { hosts, whole } from './setting-types.ts'
import type { Setting } from './settings.ts'

/** Documents that bots answer from. */
export const KNOWLEDGE_SETTINGS = {
  MAX_DOCUMENT_BYTES: {
    section: 'Knowledge',
    about: 'The largest document that is taken in, in bytes.',
    type: whole(1_024, 1_073_741_824),
    default: '104857600',
  },
  MAX_DOCUMENTS: {
    section: 'Knowledge',
    about: 'Documents that a bot, a person or a group may have with a bot.',
    type: whole(1, 1_000_000),
    default: '1000',
  },
  MAX_COLLECTION_BYTES: {
    section: 'Knowledge',
    about: 'How large all documents of a bot, a person or a group may be together, in bytes.',
    type: whole(1_024, 1_099_511_627_776),
    default: '1073741824',
  },
  DOCUMENT_TIMEOUT: {
    section: 'Knowledge',
    about: 'How long reading one document may take, in seconds.',
    type: whole(1, 3_600),
    default: '120',
  },
  DOCUMENT_HOSTS: {
    section: 'Knowledge',
    about: 'Hosts in networks of your own that documents may be fetched from; all others have to be public.',
    type: hosts,
    example: 'wiki.internal,127.0.0.1',
  },
} as const satisfies Record<string, Setting>
