import type { Block } from './block.ts'
import { countTokens } from './count-tokens.ts'
import { cutWindows } from './cut-windows.ts'

/** A section as it is given to models: as much of a document as belongs together. */
export interface CutPassage {
  /** The path of headings that all of it stands below, such as `Install > Docker`; empty when there is none. */
  readonly heading: string
  readonly text: string
  readonly tokens: number
  readonly chunks: readonly CutChunk[]
}

/** A piece of a section, which it is found by. */
export interface CutChunk {
  readonly heading: string
  readonly text: string
}

/** Sections with fewer tokens are put together with their neighbours, those with more are parted. */
export const SECTION_TOKENS = { least: 200, usual: 800, most: 1_200 } as const
export const CHUNK_TOKENS = { most: 384, overlap: 64 } as const

interface Section {
  readonly path: readonly string[]
  readonly text: string
}

/** Sections that are given to a model together. */
interface Group {
  readonly sections: readonly Section[]
  readonly tokens: number
}

/** Cuts a document into sections at its headings, and the sections into pieces. Nothing of its text is lost. */
export function cutDocument(blocks: readonly Block[]): readonly CutPassage[] {
  const sections = toSections(blocks).flatMap((section) => partSection(section))
  return groupSmall(sections).map((group) => toPassage(group))
}

/** Blocks that follow one another below the same headings. */
function toSections(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const sections: Block[][] = []
  for (const block of blocks) {
    const last = sections.at(-1)
    if (last?.[0] && isSamePath(last[0].path, block.path)) last.push(block)
    else sections.push([block])
  }
  return sections
}

function isSamePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((heading, index) => heading === other[index])
}

/** Fills sections of the usual size with whole blocks; a block that is too long is parted between its sentences. */
function partSection(blocks: readonly Block[]): readonly Section[] {
  const path = blocks[0]?.path ?? []
  const sections: Section[] = []
  let texts: string[] = []
  let tokens = 0
  const close = (): void => {
    if (texts.length > 0) sections.push({ path, text: texts.join('\n\n') })
    texts = []
    tokens = 0
  }
  for (const text of blocks.flatMap((block) => partBlock(block.text))) {
    const more = countTokens(text)
    if (tokens + more > SECTION_TOKENS.most || tokens >= SECTION_TOKENS.usual) close()
    texts.push(text)
    tokens += more
  }
  close()
  return sections
}

function partBlock(text: string): readonly string[] {
  if (text.length <= SECTION_TOKENS.most || countTokens(text) <= SECTION_TOKENS.most) return [text]
  return cutWindows(text, { mostTokens: SECTION_TOKENS.usual, overlapTokens: 0 })
}

function groupSmall(sections: readonly Section[]): readonly Group[] {
  const groups: Group[] = []
  for (const section of sections) {
    const last = groups.at(-1)
    const joined = last && isSmall(last) ? join(last.sections, [section]) : undefined
    if (joined && fits(joined)) {
      groups[groups.length - 1] = joined
      continue
    }
    joinBackwards(groups)
    groups.push(join([section], []))
  }
  joinBackwards(groups)
  return groups
}

/** A small last group goes to the one before it. */
function joinBackwards(groups: Group[]): void {
  const [before, last] = groups.slice(-2)
  if (!before || !last || !isSmall(last)) return
  const joined = join(before.sections, last.sections)
  if (fits(joined)) groups.splice(-2, 2, joined)
}

function isSmall({ tokens }: Group): boolean {
  return tokens < SECTION_TOKENS.least
}

function fits({ tokens }: Group): boolean {
  return tokens <= SECTION_TOKENS.most
}

function join(one: readonly Section[], other: readonly Section[]): Group {
  const sections = [...one, ...other]
  return { sections, tokens: countTokens(writeSections(sections)) }
}

/** The headings that are not those of the whole group stand above their sections. */
function writeSections(sections: readonly Section[]): string {
  const common = commonPath(sections)
  return sections
    .map(({ path, text }, index) => {
      const before = index === 0 ? common : (sections[index - 1]?.path ?? [])
      const repeated = isSamePath(path, before) || path.length === 0
      return repeated ? text : `${path.slice(common.length).join(' > ') || path.at(-1)}\n\n${text}`
    })
    .join('\n\n')
}

function commonPath(sections: readonly Section[]): readonly string[] {
  const [first = { path: [] }, ...others] = sections
  const common = first.path.filter((_, index) =>
    others.every(({ path }) => isSamePath(path.slice(0, index + 1), first.path.slice(0, index + 1))),
  )
  return common
}

function toPassage({ sections, tokens }: Group): CutPassage {
  const common = commonPath(sections)
  const named = common.length > 0 ? common : (sections[0]?.path ?? [])
  return {
    heading: named.join(' > '),
    text: writeSections(sections),
    tokens,
    chunks: sections.flatMap(({ path, text }) =>
      cutWindows(text, { mostTokens: CHUNK_TOKENS.most, overlapTokens: CHUNK_TOKENS.overlap }).map(
        (piece) => ({
          heading: path.join(' > '),
          text: piece,
        }),
      ),
    ),
  }
}
