import type { Writable } from 'node:stream'
import type { Command } from './command.ts'
import { paint } from './paint.ts'

const EXIT_CODES = '0 done, 1 failed, 2 not understood'

/** The page of `botyard --help`. */
export function overviewHelp(commands: readonly Command[], stream: Writable): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const)
  return (
    [
      `${paint(stream, 'bold', 'botyard')}: the production server for chatbots`,
      section(stream, 'Usage', ['botyard <command> [options]']),
      section(stream, 'Commands', table(stream, rows)),
      section(
        stream,
        'Options',
        table(stream, [
          ['--help, -h', 'This page, or that of a command: botyard <command> --help'],
          ['--version, -v', 'The version'],
        ]),
      ),
      'Bots come from botyard.config.ts in the working folder; without one, the ready-made bots are served.\n' +
        `A .env file there is read first. Exit codes: ${EXIT_CODES}.`,
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  )
}

/** The page of `botyard <command> --help`. */
export function commandHelp(command: Command, stream: Writable): string {
  const { name, usage, summary, actions, options, examples } = command
  const rows = Object.entries(options).map(
    ([option, { value, about }]) => [value ? `--${option} <${value}>` : `--${option}`, about] as const,
  )
  return [
    `${paint(stream, 'bold', `botyard ${name}`)}: ${summary}`,
    section(stream, 'Usage', [
      ['botyard', name, usage, rows.length > 0 ? '[options]' : ''].filter(Boolean).join(' '),
    ]),
    ...(actions ? [section(stream, 'Actions', table(stream, Object.entries(actions)))] : []),
    ...(rows.length > 0 ? [section(stream, 'Options', table(stream, rows))] : []),
    section(stream, 'Examples', examples),
    `Exit codes: ${EXIT_CODES}.\n`,
  ].join('\n\n')
}

function section(stream: Writable, title: string, lines: readonly string[]): string {
  return [paint(stream, 'bold', title), ...lines.map((line) => `  ${line}`)].join('\n')
}

function table(stream: Writable, rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `${paint(stream, 'cyan', left.padEnd(width))}  ${right}`)
}
