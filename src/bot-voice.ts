import { findFieldProblem, isText, type FieldRule } from './definition.ts'

/** How a bot sounds where its answers are spoken. Part of the revision. */
export interface BotVoice {
  /**
   * The language the bot speaks, a BCP 47 tag such as `ru-RU`. A sentence in another script is spoken in the language
   * of that script. Default: the language of the request, then `TTS_VOICE_LANGUAGE`.
   */
  readonly language?: string
  /** The engine's own name of a voice, such as `en-IN-Chirp3-HD-Leda` or `nova`. Default: `TTS_VOICE_NAME`. */
  readonly name?: string
  /** 0.25 to 4, where 1 is as fast as the voice speaks by itself. Default 1. */
  readonly speed?: number
  /** How to say it, such as `calm and friendly`, for engines that can be told. Default: as the voice does. */
  readonly style?: string
}

const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i

/** True for a BCP 47 tag such as `en`, `pt-BR` or `cmn-Hans-CN`. */
export function isLanguageTag(value: unknown): value is string {
  return typeof value === 'string' && LANGUAGE_TAG.test(value)
}

const VOICE_FIELDS: Readonly<Record<keyof BotVoice, FieldRule>> = {
  language: { fits: isLanguageTag, fix: 'use a BCP 47 tag such as "en-IN"' },
  name: { fits: isText, fix: 'use the name of a voice of the speech engine, such as "nova"' },
  speed: {
    fits: (value) => typeof value === 'number' && value >= 0.25 && value <= 4,
    fix: 'use a number from 0.25 to 4',
  },
  style: { fits: isText, fix: 'write text' },
}

/** The first thing wrong with the `voice` field of the bot `owner`; undefined when it can be served. */
export function findVoiceProblem(voice: BotVoice | undefined, owner: string): string | undefined {
  return voice && findFieldProblem(voice, VOICE_FIELDS, { owner, field: 'voice' })
}
