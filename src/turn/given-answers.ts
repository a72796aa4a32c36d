import { finds, type ClaimedAnswer } from '../answer-claim.ts'
import type { ConversationKey, ConverseRequest } from '../conversation.ts'
import { AppError } from '../errors.ts'
import { isTerminal, type LoggedEvent, type TerminalEvent, type TurnEvent } from '../events.ts'
import type { Turns } from '../store/store.ts'
import { followStored } from './follow-stored.ts'
import type { LiveTurn } from './live-turn.ts'
import { patiently } from './patiently.ts'
import { toErrorEvent } from './run-turn.ts'
import { TurnFacts } from './turn-facts.ts'

/** It was there a moment ago. */
const END_PATIENCE_MS = 5_000

/** Answers that were begun before, here, on another replica or in the past: read again by whom they belong to, and stopped. */
export class GivenAnswers {
  readonly #turns: Turns
  readonly #live: ReadonlyMap<string, LiveTurn>

  /** `live`: the turns of this process. */
  constructor(turns: Turns, live: ReadonlyMap<string, LiveTurn>) {
    this.#turns = turns
    this.#live = live
  }

  /** See `Host.resume`. */
  async resume(
    answer: ClaimedAnswer,
    afterSeq: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<LoggedEvent>> {
    const live = this.#findLive(answer)
    if (live) return live.read(afterSeq)
    return await followStored(this.#turns, { answer, afterSeq, signal })
  }

  /** See `Host.stop`. */
  async stop(answer: ClaimedAnswer): Promise<boolean> {
    const live = this.#findLive(answer)
    if (!live) return await this.#turns.requestStop(answer.turnId, answer)
    live.abort()
    return true
  }

  /** The answer to a message that came again under its name. */
  async readAgain(
    turnId: string,
    { conversation, readerLeft }: ConverseRequest,
  ): Promise<AsyncIterable<LoggedEvent>> {
    await this.requireSame(turnId, conversation)
    const { channel } = conversation
    try {
      const signal = readerLeft ?? new AbortController().signal
      return await this.resume({ turnId, channel, account: 'any' }, 0, signal)
    } catch (error) {
      const answer = await this.#turns.answerOf(turnId)
      if (answer === undefined) throw error
      // Its events are not kept as long as its text.
      return replay(answer)
    }
  }

  /** Throws `message_id_taken` when the turn belongs to another conversation. */
  async requireSame(turnId: string, conversation: ConversationKey): Promise<void> {
    const known = await this.#turns.conversationOf(turnId)
    const same =
      known?.bot === conversation.bot &&
      known.channel === conversation.channel &&
      known.key === conversation.key
    if (!same) throw new AppError('message_id_taken')
  }

  /** How a turn ended that is closed already: by us, in a commit whose reply was lost, or by another process. */
  async endOf(turnId: string): Promise<TerminalEvent> {
    const log = await patiently(() => this.#turns.read(turnId, 0), { patienceMs: END_PATIENCE_MS })
    const event = log?.events.at(-1)?.event
    return event && isTerminal(event) ? event : toErrorEvent(new AppError('interrupted'))
  }

  /** Somebody else's is looked for in the store like one that does not run here, so that it takes as long. */
  #findLive(answer: ClaimedAnswer): LiveTurn | undefined {
    const live = this.#live.get(answer.turnId)
    return live && finds(answer, live.owner) ? live : undefined
  }
}

/** An answer of which only the text is left. */
async function* replay(text: string): AsyncGenerator<LoggedEvent, void> {
  const facts = new TurnFacts(performance.now())
  const said: TurnEvent = { type: 'text-delta', text }
  facts.observe(said)
  yield* [said, facts.toEnd('stop')].map((event, index) => ({ seq: index + 1, event }))
}
