import { findFieldProblem, isText, type FieldRule } from './definition.ts'
import type { Passage } from './messages.ts'
import type { ToolServices } from './tools/tool.ts'

/** The languages that channels speak by themselves; a person's client chooses, English otherwise. */
export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language for a person; `code` is an IETF tag such as `ru-RU`. Default: English. */
export function languageFor(code: string | undefined): Language {
  const [language] = code?.toLowerCase().split('-') ?? []
  return LANGUAGES.find((known) => known === language) ?? 'en'
}

/** What a command is told besides its text. */
export interface CommandContext {
  readonly language: Language
  /** Bound to who gave the command; in a group its documents are the group's. */
  readonly services: ToolServices
  /** Aborts when the server goes down; the command then runs again. */
  readonly signal: AbortSignal
}

/** Markdown that is shown as it is, or a question that the bot is to answer. */
export type CommandReply = string | CommandQuestion

/** A question that a command leads to; it becomes a message of the conversation. */
export interface CommandQuestion {
  readonly ask: string
  /** What to answer from, in place of a search in the bot's knowledge; quoted to the model as data, cited by number. */
  readonly passages?: readonly Passage[]
}

/**
 * A command that people give by a message such as `/files`, on any channel; its work is done by code, not by a model.
 * After a crash it may run twice for one message.
 */
export interface BotCommand {
  /** What stands behind the `/`: 1 to 32 lower-case letters, digits or `_`. `start`, `help` and the like are taken. */
  readonly name: string
  /** What the menu of commands says, up to 256 characters; what is not said in Russian is said in English. */
  readonly description: CommandDescription
  /** `text` is what stands behind the command, without space around it. A thrown `AppError` is told by its sentence. */
  run(text: string, context: CommandContext): CommandReply | Promise<CommandReply>
}

export type CommandDescription = Readonly<{ en: string } & Partial<Record<Language, string>>>

/** Commands that channels answer by themselves; a bot changes what they say, not what they do. */
const TAKEN: ReadonlySet<unknown> = new Set(['start', 'help', 'ask', 'clear', 'stop', 'link', 'voice'])

const COMMAND_NAME = /^[a-z\d_]{1,32}$/
const LONGEST_DESCRIPTION = 256

const COMMAND_FIELDS: Readonly<Record<keyof BotCommand, FieldRule>> = {
  name: {
    fits: (value) => typeof value === 'string' && COMMAND_NAME.test(value) && !TAKEN.has(value),
    fix: `use 1 to 32 lower-case letters, digits or "_", and none of ${[...TAKEN].join(', ')}`,
    required: true,
  },
  description: {
    fits: (value) => findFieldProblem(value, DESCRIPTION_FIELDS) === undefined,
    fix: `say in up to ${LONGEST_DESCRIPTION} characters what it does: { en: '…', ru: '…' }`,
    required: true,
  },
  run: {
    fits: (value) => typeof value === 'function',
    fix: 'write a function that returns what the person is told',
    required: true,
  },
}

const line: FieldRule = {
  fits: (value) => isText(value) && value.length <= LONGEST_DESCRIPTION,
  fix: 'write text',
}
const DESCRIPTION_FIELDS: Readonly<Record<Language, FieldRule>> = {
  en: { ...line, required: true },
  ru: line,
}

/** The first thing wrong with the `commands` field of the bot `owner`; undefined when they can be served. */
export function findCommandProblem(commands: readonly BotCommand[] = [], owner: string): string | undefined {
  for (const [index, command] of commands.entries()) {
    const problem = findFieldProblem(command, COMMAND_FIELDS, { owner, field: `commands[${index}]` })
    if (problem) return problem
  }
  const names = commands.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  return repeated && `\`commands\` of "${owner}" holds "${repeated}" twice; rename one of them.`
}
