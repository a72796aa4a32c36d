import type { Check, Finding } from './check.ts'

/** Whether something is on, and what it is or what turns it on. */
export interface VoiceState {
  readonly on: boolean
  readonly detail: string
}

export interface VoiceContext {
  /** Looks what would speak and listen; undefined when the environment cannot be read. Throws when it cannot be had. */
  readonly describe:
    | (() => Promise<{ readonly speaks: VoiceState; readonly listens: VoiceState }>)
    | undefined
}

/** What speaks answers and what transcribes recordings. */
export const voiceChecks: readonly Check<VoiceContext>[] = [
  {
    id: 'voice.engine',
    title: 'Voice',
    run: async ({ describe }) => toFinding('answers are spoken by', (await describe?.())?.speaks),
  },
  {
    id: 'voice.transcription',
    title: 'Recordings',
    // A wrong engine has been told by the check before.
    run: async ({ describe }) => toFinding('', (await describe?.().catch(() => undefined))?.listens),
  },
]

function toFinding(words: string, state: VoiceState | undefined): Finding {
  if (!state) return { status: 'skip', evidence: 'the environment has to be right first' }
  return state.on
    ? { status: 'pass', evidence: `${words} ${state.detail}`.trim() }
    : { status: 'skip', evidence: state.detail }
}
