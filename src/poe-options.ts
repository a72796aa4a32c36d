import { findFieldProblem, isRecord, isText, type FieldRule } from './definition.ts'
import { findParameterProblem, type PoeParameterControls } from './poe-parameters.ts'

/**
 * How a bot presents itself on Poe: what its `settings` reply says, and how answers are sent. None of it changes what the
 * bot answers, so none of it is part of the revision.
 */
export interface PoeOptions {
  /** Where Poe reaches the bot. Default: `/poe/` and the bot's name. */
  readonly path?: string
  /** The bot's name on Poe. With it, changed settings are pushed to Poe when the server starts. */
  readonly handle?: string
  /** Markdown shown before the first message. */
  readonly introductionMessage?: string
  /** People may attach files. Default true. */
  readonly allowAttachments?: boolean
  /** Poe reads text and PDF files for the bot. Default true. */
  readonly expandTextAttachments?: boolean
  /** Poe describes images for the bot, which limits people to one a message. Default false. */
  readonly enableImageComprehension?: boolean
  /** Poe merges neighbouring messages of one role. Default false. */
  readonly enforceAuthorRoleAlternation?: boolean
  /** Poe explains to the bot who speaks in chats of several bots and people. Default true. */
  readonly enableMultiEntityPrompting?: boolean
  /** Other bots of Poe the bot may call, and how often in one answer; 100 calls together. A model `poe/…` counts itself. */
  readonly dependencies?: Readonly<Record<string, number>>
  /** Markdown; may hold `[usd_milli_cents=10]`, which Poe shows as points. */
  readonly rateCard?: string
  /** A short price, such as `[usd_milli_cents=30]+`. */
  readonly costLabel?: string
  /** Controls beside the message box, in Poe's own form; their values reach tools and model. */
  readonly parameterControls?: PoeParameterControls
  /** Default `text/markdown`. */
  readonly contentType?: 'text/markdown' | 'text/plain'
  /** Poe turns addresses in the text into links. Default: Poe decides. */
  readonly linkify?: boolean
  /** Sends the bot's suggestions to Poe, which in 2026 does not show them any more. Default false. */
  readonly suggestedReplies?: boolean
  /** Markdown shown below the answer while the bot works in silence for 8 s or more. Default: nothing. */
  readonly status?: string
  /** Charged for each answer: authorized before the bot is asked, captured when it has answered. Default: nothing. */
  readonly price?: PoePrice
}

/** 1 US dollar is 100,000 milli-cents; fractions are rounded up. */
export interface PoePrice {
  readonly usdMilliCents: number
  /** Shown on the person's bill. */
  readonly description?: string
}

/** Calls of other bots in one answer that Poe allows. */
export const MOST_BOT_CALLS = 100

const yesOrNo: FieldRule = { fits: (value) => typeof value === 'boolean', fix: 'write true or false' }
const text: FieldRule = { fits: isText, fix: 'write text' }

const POE_FIELDS: Readonly<Record<keyof PoeOptions, FieldRule>> = {
  path: {
    fits: (value) => typeof value === 'string' && /^(?:\/[\w.~-]+)+$/.test(value),
    fix: 'write a path such as "/poe/support"',
  },
  handle: {
    fits: (value) => typeof value === 'string' && /^[\w.-]{1,100}$/.test(value),
    fix: 'write the name of the bot on Poe, such as "AcmeSupport"',
  },
  introductionMessage: text,
  allowAttachments: yesOrNo,
  expandTextAttachments: yesOrNo,
  enableImageComprehension: yesOrNo,
  enforceAuthorRoleAlternation: yesOrNo,
  enableMultiEntityPrompting: yesOrNo,
  dependencies: {
    fits: isDependencies,
    fix: `write names of bots and whole numbers of calls, ${MOST_BOT_CALLS} together at most: { "GPT-5": 2 }`,
  },
  rateCard: text,
  costLabel: text,
  parameterControls: { fits: isRecord, fix: 'write an object: { api_version: "2", sections: [...] }' },
  contentType: {
    fits: (value) => value === 'text/markdown' || value === 'text/plain',
    fix: 'write "text/markdown" or "text/plain"',
  },
  linkify: yesOrNo,
  suggestedReplies: yesOrNo,
  status: text,
  price: {
    fits: isPrice,
    fix: 'write { usdMilliCents: 30 } with a number above 0, and perhaps a description',
  },
}

/** The first thing wrong with the `poe` field of the bot `owner`; undefined when it can be served. */
export function findPoeProblem(options: PoeOptions | undefined, owner: string): string | undefined {
  if (options === undefined) return undefined
  const problem = findFieldProblem(options, POE_FIELDS, { owner, field: 'poe' })
  if (problem || options.parameterControls === undefined) return problem
  const wrong = findParameterProblem(options.parameterControls)
  return wrong && `\`poe.parameterControls\` of "${owner}" cannot be shown by Poe: ${wrong}.`
}

function isDependencies(value: unknown): boolean {
  if (!isRecord(value)) return false
  const calls = Object.values(value)
  const whole = calls.every((count) => Number.isInteger(count) && Number(count) >= 0)
  return whole && calls.reduce<number>((sum, count) => sum + Number(count), 0) <= MOST_BOT_CALLS
}

function isPrice(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { usdMilliCents, description, ...others } = value
  const known = Object.keys(others).length === 0
  return (
    known &&
    Number.isFinite(usdMilliCents) &&
    Number(usdMilliCents) > 0 &&
    (description === undefined || isText(description))
  )
}
