import { readFileSync } from 'node:fs'

/** What Node reads: an assignment, whose quoted value may hold lines of its own; a comment; nothing. */
const READ = /[^\S\n]*(?:[^\s=#][^\n=]*=[^\S\n]*(?:"[^"]*"|'[^']*'|`[^`]*`)?[^\n]*|#[^\n]*|)(?:\n|$)/y

/**
 * Takes the variables of a file into the environment of this process; those already set win. Returns the numbers of the lines
 * that say nothing to Node, which passes over them without a word.
 */
export function loadEnvFile(file: string): readonly number[] {
  process.loadEnvFile(file)
  return unreadLines(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'))
}

function unreadLines(text: string): readonly number[] {
  const unread: number[] = []
  let line = 1
  for (let at = 0; at < text.length;) {
    READ.lastIndex = at
    const read = READ.exec(text)?.[0]
    const lines = read ?? text.slice(at, text.indexOf('\n', at) + 1 || undefined)
    if (read === undefined) unread.push(line)
    line += lines.split('\n').length - 1
    at += lines.length
  }
  return unread
}
