import { createSeededRandom } from './seeded-random.ts'

/** A piece of an answer that names its question, so that nothing has to be guessed from a chat. */
export interface Fragment {
  readonly question: number
  /** Counts from 1. */
  readonly part: number
  readonly text: string
}

const WORDS =
  'amber basin cedar delta ember fjord grove harbour island juniper kettle lantern meadow north orchard pebble quarry river saffron timber umber valley willow yarrow zephyr'.split(
    ' ',
  )
/** By it a text that was cut is told from a whole one. */
const END = 'and that is all.'
const FRAGMENT_WORDS = { least: 8, most: 14 } as const
/** More than Telegram's 4,096 characters a message. */
const LONG_FRAGMENTS = 60

/** What a person of the drill writes. */
export function questionText(question: number): string {
  return `Question ${question}: what comes after ${WORDS[question % WORDS.length]}?`
}

/** The number of the last question in a text. */
export function findQuestion(text: string): number | undefined {
  const number = [...text.matchAll(/Question (\d+):/g)].at(-1)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** What has to be in the chat for a question, in order. `long`: it does not fit into one message. */
export function expectedFragments(question: number, long: boolean): readonly Fragment[] {
  const random = createSeededRandom(question, 'answer')
  return Array.from({ length: long ? LONG_FRAGMENTS : 1 }, (_, index) => {
    const length = random.whole(FRAGMENT_WORDS.least, FRAGMENT_WORDS.most)
    const words = Array.from({ length }, () => random.pick(WORDS))
    return {
      question,
      part: index + 1,
      text: `Answer ${question}.${index + 1}: ${words.join(' ')}, ${END}`,
    }
  })
}

/** What the model answers. */
export function answerText(question: number, long: boolean): string {
  return expectedFragments(question, long)
    .map(({ text }) => text)
    .join('\n\n')
}

/** The fragments in a text, in order, each up to the next one; the white space between words counts as one space. */
export function findFragments(text: string): readonly Fragment[] {
  const flat = text.replace(/\s+/g, ' ').trim()
  const heads = [...flat.matchAll(/Answer (\d+)\.(\d+):/g)]
  return heads.map((head, index) => ({
    question: Number(head[1]),
    part: Number(head[2]),
    text: flat.slice(head.index, heads[index + 1]?.index).trim(),
  }))
}

/** False when the last fragment of a text goes on elsewhere. */
export function endsComplete(text: string): boolean {
  return text.trimEnd().endsWith(END)
}
