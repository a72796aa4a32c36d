import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { toAppError } from '../../errors.ts'
import type { ChannelNotes } from '../../feedback.ts'
import type { PoeApi } from './poe-api.ts'

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** Settings of one bot that Poe should know. */
export interface SyncedSettings {
  readonly bot: string
  /** The bot's name on Poe. */
  readonly handle: string
  readonly accessKey: string
  readonly settings: Readonly<Record<string, unknown>>
}

export interface SettingsSyncOptions {
  readonly api: PoeApi
  readonly notes: ChannelNotes
  readonly onSynced: (bot: string) => void
  readonly onFailure: (bot: string, error: unknown) => void
}

/**
 * Tells Poe the settings of a bot when they differ from those it was told last, which is remembered for all replicas.
 * Tries until it works or `signal` aborts.
 */
export async function syncSettings(
  { bot, handle, accessKey, settings }: SyncedSettings,
  { api, notes, onSynced, onFailure }: SettingsSyncOptions,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256')
    .update(JSON.stringify([handle, settings]))
    .digest('hex')
  const note = `settings:${bot}`
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      if ((await notes.read('poe', note)) === hash) return
      await api.pushSettings(handle, accessKey, settings)
      await notes.write('poe', note, hash)
      return onSynced(bot)
    } catch (thrown) {
      onFailure(bot, toAppError(thrown))
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
}
