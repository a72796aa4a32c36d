import { AppError } from '../errors.ts'
import { SentenceSplitter, type Sentence } from './text/sentence-splitter.ts'
import { toSpokenText } from './text/spoken-text.ts'

export interface NarrationOptions {
  /** Speaks a sentence; `sequence` counts from 0. */
  readonly speak: (text: string, sequence: number, signal: AbortSignal) => Promise<Uint8Array>
  /** Characters spoken at most. */
  readonly maxChars: number
  /** How long the last audio may take when the text is complete, in milliseconds. */
  readonly waitMs: number
  /** So many sentences were spoken before, and are not again. Default 0. */
  readonly skip?: number
}

/** What comes next of a narration: audio, or why there is no more. */
export type Narrated =
  | { readonly sequence: number; readonly bytes: Uint8Array }
  | { readonly problem: AppError }

/** Sentences being spoken before their turn; further ones wait as text. */
const LOOK_AHEAD = 2

interface Begun {
  readonly sequence: number
  readonly audio: Promise<Uint8Array>
}

/** The speaking of one answer: takes its text as it is written, gives the audio of its sentences in order. */
export class Narration {
  readonly #options: NarrationOptions
  #splitter = new SentenceSplitter()
  #control = new AbortController()
  #queue: { readonly sequence: number; readonly text: string }[] = []
  #begun: Begun[] = []
  #bell = Promise.withResolvers<void>()
  #sequence = 0
  #characters = 0
  #ended = false
  readonly #over = Promise.withResolvers<void>()
  #isOver = false
  #deadline: NodeJS.Timeout | undefined
  #problem: AppError | undefined

  constructor(options: NarrationOptions) {
    this.#options = options
  }

  /** True when nothing is spoken any more: all was said, it failed, took too long or was cancelled. */
  get isOver(): boolean {
    return this.#isOver
  }

  get whenOver(): Promise<void> {
    return this.#over.promise
  }

  push(text: string): void {
    if (!this.#isOver) this.#add(this.#splitter.push(text))
  }

  /** The text so far is taken back; what was spoken of it cannot be. */
  replace(text: string): void {
    if (this.#isOver) return
    this.#control.abort()
    this.#control = new AbortController()
    this.#queue = []
    this.#begun = []
    this.#splitter = new SentenceSplitter()
    this.push(text)
  }

  /** The text is complete. */
  end(): void {
    if (this.#isOver) return
    this.#add(this.#splitter.end())
    this.#ended = true
    this.#deadline = setTimeout(() => this.#giveUp(), this.#options.waitMs)
    this.#bell.resolve()
  }

  /** Stops speaking; `next` gives nothing any more. */
  cancel(): void {
    this.#isOver = true
    this.#over.resolve()
    clearTimeout(this.#deadline)
    this.#control.abort()
    this.#queue = []
    this.#begun = []
    this.#bell.resolve()
  }

  /** Waits for what comes next; undefined when all is said. A problem is the last thing. To be called one at a time. */
  async next(): Promise<Narrated | undefined> {
    while (!this.#isOver) {
      const [first] = this.#begun
      if (first) {
        const narrated = await this.#finish(first)
        if (narrated) return narrated
      } else if (this.#ended && this.#queue.length === 0) {
        this.cancel()
      } else {
        await this.#bell.promise
        this.#bell = Promise.withResolvers()
      }
    }
    return this.#takeProblem()
  }

  async #finish(first: Begun): Promise<Narrated | undefined> {
    try {
      const bytes = await Promise.race([first.audio, this.#bellAfterCancel()])
      // It was taken back meanwhile.
      if (!bytes || this.#begun[0] !== first) return undefined
      this.#begun.shift()
      this.#advance()
      return { sequence: first.sequence, bytes }
    } catch (error) {
      if (this.#begun[0] !== first) return undefined
      const problem = error instanceof AppError ? error : new AppError('speech_unavailable', { cause: error })
      this.cancel()
      return { problem }
    }
  }

  /** A service that does not obey its signal must not hold up a narration that is over. */
  #bellAfterCancel(): Promise<undefined> {
    const { signal } = this.#control
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
  }

  #takeProblem(): Narrated | undefined {
    const problem = this.#problem
    this.#problem = undefined
    return problem && { problem }
  }

  #giveUp(): void {
    this.#problem = new AppError('speech_unavailable', { cause: new Error('the audio came too late') })
    this.cancel()
  }

  #add(sentences: readonly Sentence[]): void {
    for (const { text, code } of sentences) {
      const spoken = code ? '' : toSpokenText(text)
      if (spoken !== '') this.#addSpoken(spoken)
    }
    this.#advance()
  }

  /** Where the characters are used up nothing is said any more, not even a shorter sentence: it would lack the one before. */
  #addSpoken(text: string): void {
    this.#characters += text.length
    if (this.#characters > this.#options.maxChars) return
    const sequence = this.#sequence++
    if (sequence >= (this.#options.skip ?? 0)) this.#queue.push({ sequence, text })
  }

  #advance(): void {
    while (this.#begun.length < LOOK_AHEAD) {
      const next = this.#queue.shift()
      if (!next) return
      const { sequence, text } = next
      const audio = this.#options.speak(text, sequence, this.#control.signal)
      // Whether it failed is asked when it is its turn.
      audio.catch(() => undefined)
      this.#begun.push({ sequence, audio })
      this.#bell.resolve()
    }
  }
}
