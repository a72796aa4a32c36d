import { randomUUID } from 'node:crypto'
import type { ClaimedAnswer } from '../answer-claim.ts'
import type { Answer, ConversationKey, ConverseRequest } from '../conversation.ts'
import type { DocumentPlace } from '../documents.ts'
import { AppError, toAppError } from '../errors.ts'
import type { LoggedEvent, TerminalEvent } from '../events.ts'
import type { ServedBot } from '../served-bot.ts'
import type { BegunTurn, NewTurn, Store, StoredConversation } from '../store/store.ts'
import type { ToolServices } from '../tools/tool.ts'
import { GivenAnswers } from './given-answers.ts'
import { Journal } from './journal.ts'
import { LiveTurn } from './live-turn.ts'
import { runTurn, toErrorEvent } from './run-turn.ts'
import { TurnFacts } from './turn-facts.ts'
import { toReport, type ReportContext, type TurnReport } from './turn-report.ts'
import { traceTurn } from './trace-turn.ts'
import type { TurnInput, TurnProblem } from './turn.ts'

export interface HostOptions {
  /** What answers: the bot the conversation names, in the revision that is this conversation's; undefined when there is none. */
  readonly choose: (request: ConverseRequest) => ServedBot | undefined | Promise<ServedBot | undefined>
  readonly store: Pick<Store, 'turns' | 'conversations'>
  /** Names this process in leases. */
  readonly owner: string
  /** Turns that may run at the same time; more are refused with `overloaded`. */
  readonly maxRunningTurns: number
  /** Further attempts after a retryable failure of a model. */
  readonly modelRetries: number
  /** What tools may use of the server, bound to who speaks where. */
  readonly servicesOf: (place: DocumentPlace) => ToolServices
  readonly onTurn: (turn: TurnReport) => void
  readonly onProblem: (
    problem: TurnProblem,
    turn: { readonly turnId: string; readonly bot: string; readonly model: string },
  ) => void
  readonly onError: (error: unknown) => void
}

/** A dead process is noticed after this long. */
const LEASE_MS = 10_000
/** Events reach the store at the latest after this long, for readers on other replicas and for restarts. */
const FLUSH_MS = 250

/** Runs the turns of this process: admits them, keeps them, and lets anybody read, resume and stop them. */
export class ConversationHost {
  readonly #options: HostOptions
  readonly #journal: Journal
  readonly #given: GivenAnswers
  readonly #running = new Map<LiveTurn, Promise<void>>()
  #draining = false

  constructor(options: HostOptions) {
    this.#options = options
    const { store, owner, onError } = options
    this.#journal = new Journal(store.turns, { owner, leaseMs: LEASE_MS, flushMs: FLUSH_MS, onError })
    this.#given = new GivenAnswers(store.turns, this.#journal.live)
  }

  /** See `Host.converse`. */
  async converse(request: ConverseRequest): Promise<Answer> {
    const chosen = this.#options.choose(request)
    // Only a choice that is waited for gives way here, so that a turn begins within the call.
    const served = this.#admit(chosen instanceof Promise ? await chosen : chosen)
    const { conversation, subject, messageId = randomUUID() } = request
    const turn = new LiveTurn(messageId, { channel: conversation.channel, subject })
    const before = request.takeOver ? this.#endingTurn(turn.id) : undefined
    const begun = before
      ? before.then(() => this.#begin(turn, request, served))
      : this.#begin(turn, request, served)
    this.#track(
      turn,
      begun.then((input) => input && this.#answer(turn, input, request)),
    )
    const events = (await begun) ? turn.read(0) : await this.#given.readAgain(turn.id, request)
    return { turnId: turn.id, events }
  }

  /** Turns that run in this process now. */
  get runningTurns(): number {
    return this.#running.size
  }

  /** Resolves when the turn does not run in this process. */
  async turnOver(turnId: string): Promise<void> {
    await Promise.all([...this.#running].flatMap(([turn, over]) => (turn.id === turnId ? [over] : [])))
  }

  /** See `Host.resume`. */
  async resume(
    answer: ClaimedAnswer,
    afterSeq: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<LoggedEvent>> {
    return await this.#given.resume(answer, afterSeq, signal)
  }

  /** See `Host.stop`. */
  async stop(answer: ClaimedAnswer): Promise<boolean> {
    return await this.#given.stop(answer)
  }

  /** See `Host.history`. */
  async history(conversation: ConversationKey): Promise<StoredConversation | undefined> {
    return await this.#options.store.conversations.find(conversation, { limit: 100 })
  }

  /** See `Host.clear`. */
  async clear(conversation: ConversationKey): Promise<void> {
    await this.#options.store.conversations.clear(conversation)
  }

  /**
   * Refuses new turns, waits up to `timeoutMs` for the running ones, then interrupts what is left; those answers
   * keep what was said and end with `interrupted`. Resolves when no turn runs.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true
    await settledWithin([...this.#running.values()], timeoutMs)
    this.#journal.hurry()
    for (const turn of this.#running.keys()) turn.abort(new AppError('interrupted'))
    await Promise.all(this.#running.values())
    await this.#journal.close()
  }

  #admit(served: ServedBot | undefined): ServedBot {
    if (!served) throw new AppError('bot_not_found')
    if (this.#draining) throw new AppError('draining', { retryAfterMs: 2_000 })
    if (this.#running.size >= this.#options.maxRunningTurns)
      throw new AppError('overloaded', { retryAfterMs: 2_000 })
    return served
  }

  /** A turn counts from its admission, so that a drain waits for one that still begins, and can interrupt it. */
  #track(turn: LiveTurn, over: Promise<unknown>): void {
    const settled = over.then(noop, noop).finally(() => this.#running.delete(turn))
    this.#running.set(turn, settled)
  }

  /** The end of a turn that was told to end and is about to; undefined when there is none. */
  #endingTurn(turnId: string): Promise<void> | undefined {
    return [...this.#running.keys()].some((turn) => turn.id === turnId && turn.signal.aborted)
      ? this.turnOver(turnId)
      : undefined
  }

  async #begin(
    turn: LiveTurn,
    request: ConverseRequest,
    { bot, model, revision }: ServedBot,
  ): Promise<TurnInput | undefined> {
    const startedAt = { date: new Date(), tick: performance.now() }
    const { conversation, subject, text, transcript } = request
    const begun = await this.#open(request, {
      turnId: turn.id,
      conversation,
      subject,
      revision,
      model: model.id,
      text,
      historyLimit: transcript ? 0 : bot.limits.historyMessages,
      owner: this.#options.owner,
      leaseMs: LEASE_MS,
    })
    if (!begun) return undefined
    this.#journal.open(turn)
    const earlier = begun.history.map(({ role, text }) => ({ role, text }))
    return {
      turnId: turn.id,
      conversationId: begun.conversationId,
      subject,
      services: this.#options.servicesOf({
        bot: bot.name,
        subject,
        conversation,
        group: request.group ?? false,
      }),
      bot,
      revision,
      model,
      messages: transcript ?? [...earlier, { role: 'user', text }],
      ...(text !== '' && { question: request.question ?? text }),
      ...(request.language && { language: request.language }),
      ...(request.passages && { passages: request.passages }),
      ...(request.instructions && { callerInstructions: request.instructions }),
      ...(request.origin && { origin: request.origin }),
      callerTools: request.tools ?? [],
      sampling: request,
      retries: this.#options.modelRetries,
      startedAt,
      onProblem: (problem) =>
        this.#options.onProblem(problem, { turnId: turn.id, bot: bot.name, model: model.id }),
    }
  }

  /** Begins the turn; one that exists only for whoever may take it over, and unless it runs here. */
  async #open(request: ConverseRequest, turn: NewTurn): Promise<BegunTurn | undefined> {
    const { turns } = this.#options.store
    const begun = await turns.begin(turn)
    if (begun || !request.takeOver || this.#journal.live.has(turn.turnId)) return begun
    await this.#given.requireSame(turn.turnId, request.conversation)
    return await turns.takeOver(turn)
  }

  /** Runs the turn to its end and tells it; does not reject. */
  async #answer(turn: LiveTurn, input: TurnInput, request: ConverseRequest): Promise<void> {
    const stopFollowing = followAbort(request.signal, turn)
    try {
      const facts = new TurnFacts(input.startedAt.tick)
      const { signal } = turn
      const { channel } = request.conversation
      const last = await traceTurn({ input, facts, channel }, () =>
        runTurn(input, { signal, facts, emit: (event) => turn.append(event) }),
      )
      const context: ReportContext = {
        input,
        facts,
        channel,
        queueMs: request.waitedMs ?? null,
      }
      const report = toReport(last, context)
      const told = await this.#store(turn, { last, facts, report })
      turn.append(told)
      this.#options.onTurn(told === last ? report : toReport(told, context))
    } catch (error) {
      this.#options.onError(error)
    } finally {
      stopFollowing()
      turn.close()
    }
  }

  /** Stores the finished answer and returns what its readers are told as the last event. */
  async #store(turn: LiveTurn, { last, facts, report }: FinishedAnswer): Promise<TerminalEvent> {
    try {
      const kept = await this.#journal.finish(turn, {
        ...report,
        errorCode: last.type === 'error' ? last.code : null,
        text: facts.text,
        steps: facts.steps,
        toolCalls: facts.toolCalls,
        toolMs: facts.tools.reduce((sum, { ms }) => sum + ms, 0),
        events: [turn.next(last)],
      })
      return kept ? last : await this.#given.endOf(turn.id)
    } catch (error) {
      this.#options.onError(error)
      return toErrorEvent(toAppError(error))
    }
  }
}

interface FinishedAnswer {
  readonly last: TerminalEvent
  readonly facts: TurnFacts
  readonly report: TurnReport
}

/** Ends the turn when the caller's signal aborts. Returns what ends the listening. */
function followAbort(signal: AbortSignal | undefined, turn: LiveTurn): () => void {
  const follow = (): void => turn.abort(signal?.reason)
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  return () => signal?.removeEventListener('abort', follow)
}

function noop(): void {
  // The caller of `converse` has heard of the failure.
}

/** Waits for all promises, but not longer than `timeoutMs`. */
async function settledWithin(promises: readonly Promise<void>[], timeoutMs: number): Promise<void> {
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, timeoutMs)
  await Promise.race([Promise.all(promises), timeout.promise])
  clearTimeout(timer)
}
