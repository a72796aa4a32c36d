/** The kinds of errors guide 002 counts; `openai` stands for whatever model answers. */
export const ERROR_GROUPS = ['openai', 'tts', 'network', 'validation', 'other'] as const

export type ErrorGroup = (typeof ERROR_GROUPS)[number]

const GROUPS: readonly (readonly [RegExp, ErrorGroup])[] = [
  [/^model_(?:stream_broken|unavailable)$/, 'network'],
  [/^model_(?:context_too_long|refused)$|^invalid_|^validation_/, 'validation'],
  [/^model_|^turn_timeout$/, 'openai'],
  [/^(?:tts|speech|voice)_/, 'tts'],
  [/_unavailable$/, 'network'],
]

/** How often each kind failed, from how often each code of the error table did. */
export function groupErrors(codes: Readonly<Record<string, number>>): Readonly<Record<ErrorGroup, number>> {
  const groups = { openai: 0, tts: 0, network: 0, validation: 0, other: 0 }
  for (const [code, count] of Object.entries(codes))
    groups[GROUPS.find(([pattern]) => pattern.test(code))?.[1] ?? 'other'] += count
  return groups
}
