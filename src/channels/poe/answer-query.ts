import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { toAppError } from '../../errors.ts'
import type { Answer } from '../../conversation.ts'
import type { PoeAmount } from '../../origin.ts'
import { readParameters, type PoeParameters } from '../../poe-parameters.ts'
import { EventStream, whenLeft } from '../../http/event-stream.ts'
import type { Host } from '../channel.ts'
import { AnswerStream } from './answer-stream.ts'
import { noInput, tooManyMessages, toPoeError } from './error-texts.ts'
import type { InOrder } from './in-order.ts'
import { linkAccount, readLinkCode, toEvents } from './link-account.ts'
import { PoeGovernor } from './governor.ts'
import type { PoeApi } from './poe-api.ts'
import { toPoeDialogue, type PoeDialogue } from './poe-dialogue.ts'
import type { PoeError, PoeMeta } from './poe-events.ts'
import type { PoeQuery } from './poe-requests.ts'
import { QueryOrigin } from './query-origin.ts'
import type { Reading, Redrives } from './redrives.ts'
import type { PoeBotOptions } from './poe.ts'
import { countMessage, type UseLimiter } from './user-limits.ts'

/** What answering queries stands on. */
export interface QueryServices {
  readonly host: Host
  readonly api: PoeApi
  readonly redrives: Redrives
  readonly reports: InOrder
  readonly limiters: readonly UseLimiter[]
  readonly log: FastifyBaseLogger
  /** After so long an answer is closed politely, in milliseconds. */
  readonly answerMs: number
}

interface Query {
  readonly bot: PoeBotOptions
  readonly query: PoeQuery
}

/** Answers one query: the first event goes out at once, and whatever fails then is told in the stream. */
export async function answerQuery(
  reply: FastifyReply,
  { bot, query }: Query,
  services: QueryServices,
): Promise<void> {
  const reading = services.redrives.read(keyOf(bot, query), randomUUID())
  const left = whenLeft(reply)
  left.addEventListener('abort', () => reading.left(), { once: true })
  const stream = new AnswerStream(new EventStream(reply), {
    governor: createGovernor(bot, query, services.answerMs),
    onSpoken: () => reading.spoken(),
  })
  try {
    await new QueryAnswer({ bot, query }, services, reading).send(stream, left)
  } catch (thrown) {
    const error = toAppError(thrown)
    reading.ended()
    if (error.status >= 500) services.log.error({ err: error, bot: bot.name }, 'a query of Poe failed')
    stream.fail(toPoeError(error, query.language_code))
  } finally {
    stream.close()
  }
}

/** Names a query by what stays when Poe sends it again: conversation and message to answer. */
function keyOf({ name }: PoeBotOptions, { conversation_id, query }: PoeQuery): string {
  const last = query.findLast(({ role }) => role === 'user')
  const named = conversation_id !== '' && last !== undefined && last.message_id !== ''
  return named ? JSON.stringify([name, conversation_id, last.message_id]) : randomUUID()
}

function createGovernor({ poe }: PoeBotOptions, query: PoeQuery, answerMs: number): PoeGovernor {
  const meta: PoeMeta = {
    content_type: poe.contentType ?? 'text/markdown',
    ...(poe.linkify !== undefined && { linkify: poe.linkify }),
    ...(poe.suggestedReplies !== undefined && { suggested_replies: poe.suggestedReplies }),
  }
  return new PoeGovernor({
    meta,
    startedAt: performance.now(),
    describeError: (error) => toPoeError(error, query.language_code),
    suggestedReplies: poe.suggestedReplies ?? false,
    status: poe.status,
    limits: { timeMs: answerMs },
  })
}

/** The steps of one answer: count it, charge it, have it written, relay it. */
class QueryAnswer {
  readonly #bot: PoeBotOptions
  readonly #query: PoeQuery
  readonly #services: QueryServices
  readonly #reading: Reading
  readonly #dialogue: PoeDialogue
  readonly #origin: QueryOrigin

  constructor({ bot, query }: Query, services: QueryServices, reading: Reading) {
    this.#bot = bot
    this.#query = query
    this.#services = services
    this.#reading = reading
    this.#dialogue = toPoeDialogue(query, { allowAttachments: bot.poe.allowAttachments ?? true })
    this.#origin = new QueryOrigin(query, {
      api: services.api,
      accessKey: bot.accessKey ?? '',
      parameters: readParameters(bot.poe.parameterControls, this.#dialogue.last?.parameters),
      metadata:
        query.query.findLast(({ role, metadata }) => role === 'bot' && metadata)?.metadata ?? undefined,
      dependencies: bot.dependencies,
      onNothingToCharge: (step) =>
        services.log.warn({ bot: bot.name, step }, 'a query of Poe names nothing to charge (bot_query_id)'),
    })
  }

  async send(stream: AnswerStream, left: AbortSignal): Promise<void> {
    const code = readLinkCode(this.#dialogue.text)
    if (code !== undefined && this.#bot.accessKey && this.#query.user_id) return this.#link(stream, code)
    const refusal = await this.#refuse()
    if (refusal) {
      this.#reading.ended()
      return stream.fail(refusal)
    }
    const { turnId, events } = await this.#converse(left)
    const ending = await stream.relay(events)
    if (ending !== 'cut') this.#reading.ended()
    if (ending === 'cut' && !left.aborted) await this.#stop(turnId)
    if (ending === 'end' && this.#reading.first) await this.#capture()
  }

  async #link(stream: AnswerStream, code: string): Promise<void> {
    const request = { subject: this.#subject, code, language: this.#query.language_code }
    const told = await linkAccount(this.#services.host, request)
    this.#reading.ended()
    await stream.relay(toEvents(told))
  }

  /**
   * Callers without an id are not one person: they share nothing. Where no key shows that Poe is calling, anybody could
   * name anybody: such ids are never those of people whom Poe vouches for, who may have linked an account.
   */
  get #subject(): string {
    const channel = this.#bot.accessKey ? 'poe' : 'poe-open'
    return `${channel}:${this.#query.user_id || this.#reading.turnId}`
  }

  /** Why there is no answer; undefined when there is one. A query that comes again has passed all this. */
  async #refuse(): Promise<PoeError | undefined> {
    const { user_id, language_code } = this.#query
    const last = this.#dialogue.transcript.at(-1)
    if (!last || (last.role === 'user' && last.text.trim() === '')) return noInput(language_code)
    if (!this.#reading.first) return undefined
    const waitMs = await countMessage(this.#services.limiters, this.#bot.name, user_id)
    if (waitMs !== undefined) return tooManyMessages(waitMs, language_code)
    if (this.#price) await this.#origin.authorizeCost([this.#price])
    return undefined
  }

  get #price(): PoeAmount | undefined {
    return this.#bot.poe.price
  }

  #converse(left: AbortSignal): Promise<Answer> {
    const { conversation_id, message_id, temperature, stop_sequences, tools } = this.#query
    const instructions = [this.#dialogue.instructions, describeParameters(this.#origin.parameters)]
    return this.#services.host.converse({
      conversation: { bot: this.#bot.name, channel: 'poe', key: conversation_id || this.#reading.turnId },
      messageId: this.#reading.turnId,
      subject: this.#subject,
      text: this.#dialogue.text,
      transcript: this.#dialogue.transcript,
      instructions: instructions.filter(Boolean).join('\n\n'),
      tools: tools.map(({ function: { name, description, parameters } }) => ({
        name,
        description,
        inputSchema: 'type' in parameters ? parameters : { type: 'object', properties: {}, ...parameters },
      })),
      origin: this.#origin,
      ...(message_id !== '' && { reference: message_id }),
      ...(typeof temperature === 'number' && { temperature }),
      ...(stop_sequences.length > 0 && { stopSequences: stop_sequences }),
      readerLeft: left,
    })
  }

  /** The answer reached a limit of Poe before its own end. */
  async #stop(turnId: string): Promise<void> {
    this.#reading.ended()
    await this.#services.host.stop({ turnId, channel: 'poe', account: 'any' })
  }

  /** The person has the answer: what goes wrong now is between us and Poe. */
  async #capture(): Promise<void> {
    if (!this.#price) return
    try {
      await this.#origin.captureCost([this.#price])
    } catch (error) {
      this.#services.log.error({ err: error, bot: this.#bot.name }, 'an answer on Poe could not be charged')
    }
  }
}

/** What the person chose beside the message box, for the model; as data, whatever stands in it. */
function describeParameters(parameters: PoeParameters): string {
  if (Object.keys(parameters).length === 0) return ''
  return `Options the person chose for this answer, as JSON: ${JSON.stringify(parameters)}`
}
