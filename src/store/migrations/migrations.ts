import type { Migration } from 'kysely/migration'
import * as conversations from './0001-conversations.ts'
import * as lanes from './0002-lanes.ts'
import * as inbox from './0003-inbox.ts'
import * as accounts from './0004-accounts.ts'
import * as tasks from './0005-tasks.ts'
import * as feedback from './0006-feedback.ts'
import * as documents from './0007-documents.ts'
import * as vectors from './0008-vectors.ts'
import * as company from './0009-company.ts'
import * as bitrix from './0010-bitrix.ts'
import * as chatbots from './0011-chatbots.ts'
import * as observe from './0013-observe.ts'
import * as taskOwners from './0015-task-owners.ts'
import * as rollouts from './0012-rollouts.ts'

/** Every migration by name, in order. A name never changes once it was released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-conversations': conversations,
  '0002-lanes': lanes,
  '0003-inbox': inbox,
  '0004-accounts': accounts,
  '0005-tasks': tasks,
  '0006-feedback': feedback,
  '0007-documents': documents,
  '0008-vectors': vectors,
  '0009-company': company,
  '0010-bitrix': bitrix,
  '0011-chatbots': chatbots,
  '0012-rollouts': rollouts,
  '0013-observe': observe,
  '0015-task-owners': taskOwners,
}
