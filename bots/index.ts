import type { Bot } from 'botyard'
import { assistant } from './assistant.ts'
import { company } from './company/company.ts'
import { guide } from './guide.ts'
import { knowledge } from './knowledge/knowledge.ts'
import { todo } from './todo/todo.ts'

/** The bots that come with Botyard; the first one answers when a caller names none. */
export const bots: readonly Bot[] = Object.freeze([assistant, guide, todo, knowledge, company])
