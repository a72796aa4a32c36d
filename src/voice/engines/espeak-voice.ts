import { baseOf } from '../text/spoken-language.ts'
import type { SpokenVoice } from '../voice.ts'

/** eSpeak NG names few languages otherwise than BCP 47 does. */
const OTHER_NAMES: Readonly<Record<string, string>> = { zh: 'cmn', no: 'nb', iw: 'he', tl: 'fil' }

/** Words a minute at speed 1, and what eSpeak NG can do. */
const USUAL_RATE = 175
const SLOWEST = 80
const FASTEST = 450

/** Names under which eSpeak NG may know the voice, the best first, and how fast it speaks, in words a minute. */
export function toEspeakVoice({ language, name, speed }: SpokenVoice): {
  readonly names: readonly string[]
  readonly rate: number
} {
  const base = baseOf(language)
  const own = name !== undefined && baseOf(name.split('+')[0] ?? '') === base ? [name] : []
  const names = [...own, language.toLowerCase(), OTHER_NAMES[base] ?? base]
  return { names: [...new Set(names)], rate: Math.min(FASTEST, Math.max(SLOWEST, USUAL_RATE * speed)) }
}
