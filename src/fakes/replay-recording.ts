/** What stands in for the words of a recording; what is absent stays as it was captured. */
export interface RecordedWords {
  readonly text?: string
  /** As many as were captured; ids stay. */
  readonly toolCalls?: readonly { readonly name: string; readonly input: string }[]
}

/**
 * Where OpenAI, Cohere and Anthropic have the words of an answer: its text, the names of its calls, their arguments.
 * Plans, thoughts and citations are left alone.
 */
const WORDS =
  /("content":|"content":\{"text":|"type":"text(?:_delta)?","text":|"name":|"arguments":|"partial_json":)"((?:[^"\\]|\\.)*)"/g

/**
 * The events of a captured stream, as they were captured. Words that are given are cut into as many fragments as were
 * captured, in the same proportions; all else stays to the byte. Throws when the recording has no place for them.
 */
export function replayRecording(recording: string, words: RecordedWords = {}): readonly string[] {
  return replaceWords(recording, words).split(/(?<=\n\r?\n)/)
}

function replaceWords(recording: string, { text, toolCalls = [] }: RecordedWords): string {
  if (text === undefined && toolCalls.length === 0) return recording
  const captured = collectFragments(recording)
  const fragments = new Map<string, string[]>()
  const cut = (place: string, value: string): void => {
    const pieces = captured.get(place)
    if (!pieces) throw new Error(`The recording has no ${place}.`)
    fragments.set(place, cutLike(value, pieces))
  }
  if (text !== undefined) cut('text', text)
  toolCalls.forEach(({ name, input }, index) => {
    cut(`call ${index + 1}`, name)
    cut(`input of call ${index + 1}`, input)
  })
  if (toolCalls.length > 0 && captured.has(`call ${toolCalls.length + 1}`))
    throw new Error(`The recording has more calls than ${toolCalls.length}.`)
  return replaceFragments(recording, (place) => fragments.get(place)?.shift())
}

function collectFragments(recording: string): ReadonlyMap<string, readonly string[]> {
  const captured = new Map<string, string[]>()
  replaceFragments(recording, (place, piece) => {
    captured.set(place, [...(captured.get(place) ?? []), piece])
    return undefined
  })
  return captured
}

type Replace = (place: string, piece: string) => string | undefined

/** Calls follow one another in all captures known: a fragment of arguments belongs to the last name. */
function replaceFragments(recording: string, replace: Replace): string {
  let calls = 0
  return recording.replaceAll(WORDS, (whole, field: string, literal: string) => {
    if (field === '"name":') calls++
    const piece = replace(toPlace(field, calls), JSON.parse(`"${literal}"`) as string)
    return piece === undefined ? whole : field + JSON.stringify(piece)
  })
}

function toPlace(field: string, call: number): string {
  if (field === '"name":') return `call ${call}`
  return field === '"arguments":' || field === '"partial_json":' ? `input of call ${call}` : 'text'
}

/** Cuts between characters, at the places where `pieces` were cut; all in the last one where all were empty. */
function cutLike(value: string, pieces: readonly string[]): string[] {
  const characters = Array.from(value)
  const total = pieces.join('').length
  let captured = 0
  let from = 0
  return pieces.map((piece, index) => {
    captured += piece.length
    const isLast = index === pieces.length - 1
    const to = isLast ? characters.length : Math.round((captured / (total || Infinity)) * characters.length)
    const cut = characters.slice(from, to).join('')
    from = to
    return cut
  })
}
