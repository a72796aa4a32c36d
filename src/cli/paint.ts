import { styleText } from 'node:util'
import type { Writable } from 'node:stream'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours text when `stream` is a terminal; NO_COLOR and FORCE_COLOR are obeyed. */
export function paint(stream: Writable, style: Style, text: string): string {
  return styleText(style, text, { stream, validateStream: true })
}
