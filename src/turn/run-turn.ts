import type { Span } from '@opentelemetry/api'
import type { AnswerInCode } from '../answer.ts'
import { AppError, toAppError } from '../errors.ts'
import type { EndReason, ErrorEvent, TerminalEvent, TurnEvent } from '../events.ts'
import type { Message, Passage, ToolCall } from '../messages.ts'
import type { FinishReason, ModelPart, ModelRequest, Usage } from '../models/model.ts'
import { Citations } from './citations.ts'
import { findPassages } from './find-passages.ts'
import { callerToolsOf, toModelRequest } from './model-request.ts'
import { cutToWindow } from './prompt.ts'
import { runAnswer } from './run-answer.ts'
import { askInstead, runCommand } from './run-command.ts'
import { runTools } from './run-tools.ts'
import { startModel, toModelError } from './start-model.ts'
import { GEN_AI } from '../trace-attributes.ts'
import { traceModel } from './trace-turn.ts'
import { TurnBudget } from './turn-budget.ts'
import type { TurnFacts } from './turn-facts.ts'
import type { TurnInput } from './turn.ts'
import { untilAborted } from './until-aborted.ts'

export interface TurnOptions {
  /** Stops the turn. Its reason, when an `AppError`, becomes the turn's error; any other reason is a wish to stop. */
  readonly signal: AbortSignal
  /** Filled while the turn runs. */
  readonly facts: TurnFacts
  /** Gets `start` and then everything the turn says, in order, but not the terminal event. */
  readonly emit: (event: TurnEvent) => void
}

const TIME_IS_UP = new Error('the time of the turn is up')

/**
 * Answers one message. Says everything through `emit` and resolves with the one terminal event, which the caller
 * publishes once the answer is stored; it does not reject. A limit of the bot ends it politely: what was said
 * stands, and the reason is `limit`.
 */
export async function runTurn(
  input: TurnInput,
  { signal, facts, emit }: TurnOptions,
): Promise<TerminalEvent> {
  // Neither `AbortSignal.timeout` nor `AbortSignal.any`, which hold what listens, and cost more than the rest of this.
  const ending = new AbortController()
  const follow = (): void => ending.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow, { once: true })
  const timer = setTimeout(() => ending.abort(TIME_IS_UP), input.bot.limits.timeMs)
  const turn = new TurnRun(input, { signal: ending.signal, facts, emit })
  try {
    return facts.toEnd(await untilAborted(ending.signal, turn.run()))
  } catch (thrown) {
    if (signal.aborted) return isFailure(signal.reason) ? toErrorEvent(signal.reason) : facts.toEnd('stopped')
    if (ending.signal.reason === TIME_IS_UP)
      return facts.gave ? facts.toEnd('limit') : toErrorEvent(new AppError('turn_timeout'))
    input.onProblem({ what: 'turn-failed', cause: thrown })
    return toErrorEvent(toAppError(thrown))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', follow)
    turn.silence()
  }
}

function isFailure(reason: unknown): reason is AppError {
  return reason instanceof AppError
}

export function toErrorEvent({ code, message, retryable }: AppError): ErrorEvent {
  return { type: 'error', code, message, retryable }
}

/** The steps of one turn: model, tools, model again, until the model has said all or a limit ends it. */
class TurnRun {
  #input: TurnInput
  readonly #signal: AbortSignal
  readonly #facts: TurnFacts
  readonly #publish: (event: TurnEvent) => void
  readonly #budget: TurnBudget
  #messages: Message[]
  #citations: Citations | undefined
  /** The text of the message to answer. */
  #asked: string | undefined
  #passages: readonly Passage[] | undefined
  #over = false
  #suggested = false

  constructor(input: TurnInput, { signal, facts, emit }: TurnOptions) {
    this.#input = input
    this.#signal = signal
    this.#facts = facts
    this.#publish = emit
    this.#budget = new TurnBudget(input.bot.limits, facts)
    this.#messages = [...cutToWindow(input.messages, input.bot.limits)]
    this.#asked = askedIn(input)
  }

  /** The turn has ended, if only for its reader: what still runs may not speak any more. */
  silence(): void {
    this.#over = true
  }

  async run(): Promise<EndReason> {
    this.#start()
    this.#signal.throwIfAborted()
    const reason = await this.#reply()
    if (!this.#facts.gave) throw new AppError('model_empty_answer')
    this.#citations?.citeMarked(this.#facts.text)
    if (reason !== 'tool-calls') this.#suggest()
    const { inputTokens, outputTokens } = this.#facts
    this.#emit({ type: 'usage', inputTokens, outputTokens })
    return reason
  }

  /** By a command of the bot, else by its code, else by its model. */
  async #reply(): Promise<EndReason> {
    const reply = await runCommand(this.#input, this.#signal)
    if (typeof reply === 'string') {
      this.#say(reply, emptyStep())
      return this.#budget.spent ? 'limit' : 'stop'
    }
    if (reply) this.#turnTo(askInstead(this.#input, reply))
    const { answer } = this.#input.bot
    return answer ? await this.#runCode(answer) : await this.#runModel()
  }

  #turnTo(input: TurnInput): void {
    this.#input = input
    this.#messages = [...cutToWindow(input.messages, input.bot.limits)]
    this.#asked = askedIn(input)
  }

  async #runModel(): Promise<EndReason> {
    this.#passages = await findPassages(this.#input, this.#messages.at(-1), {
      signal: this.#signal,
      facts: this.#facts,
    })
    this.#citations = this.#passages && new Citations(this.#passages, this.#emit)
    return this.#runSteps()
  }

  #runCode(answer: AnswerInCode): Promise<EndReason> {
    const step = emptyStep()
    return runAnswer(answer, {
      input: this.#input,
      messages: this.#messages,
      signal: this.#signal,
      say: (text) => this.#say(text, step),
      emit: this.#emitFromTool,
      isSpent: () => this.#budget.spent,
      onModelEnd: (usage) => {
        this.#facts.steps++
        this.#facts.addUsage(usage)
      },
    })
  }

  async #runSteps(): Promise<EndReason> {
    const { bot } = this.#input
    while (true) {
      this.#facts.steps++
      const step = await this.#callModel({ withTools: this.#facts.steps < bot.limits.steps })
      if (this.#budget.spent) return 'limit'
      if (step.calls.length === 0) return step.finish === 'length' ? 'length' : 'stop'
      if (this.#handToCaller(step.calls)) return 'tool-calls'
      // A model that calls tools it was not offered must not keep the turn going.
      if (this.#facts.steps >= bot.limits.steps) return 'limit'
      this.#messages.push({ role: 'assistant', text: step.text, toolCalls: step.calls })
      const results = await runTools(step.calls, this.#input, {
        signal: this.#signal,
        emit: this.#emitFromTool,
      })
      this.#messages.push(...results)
    }
  }

  async #callModel({ withTools }: { readonly withTools: boolean }): Promise<Step> {
    const asked = { messages: this.#messages, passages: this.#passages, text: this.#asked, withTools }
    const request = toModelRequest(this.#input, asked)
    return await traceModel(this.#input.model.id, request, (span) => this.#readModel(request, span))
  }

  async #readModel(request: ModelRequest, span: Span | undefined): Promise<Step> {
    const { model, retries, startedAt, bot, onProblem } = this.#input
    const deadline = startedAt.tick + bot.limits.timeMs
    const options = { signal: this.#signal, retries, deadline, onProblem }
    const step = emptyStep()
    const begun = performance.now()
    try {
      const parts = await startModel(model, request, options)
      span?.setAttribute(GEN_AI.timeToFirstChunk, (performance.now() - begun) / 1_000)
      for await (const part of parts) {
        this.#takePart(part, step)
        if (this.#budget.spent || this.#over) break
      }
    } catch (thrown) {
      throw toModelError(thrown)
    }
    this.#signal.throwIfAborted()
    span?.setAttributes({
      [GEN_AI.finishReasons]: [step.finish],
      [GEN_AI.inputTokens]: step.usage.inputTokens,
      [GEN_AI.outputTokens]: step.usage.outputTokens,
    })
    if (step.finish === 'refused') throw new AppError('model_refused')
    return step
  }

  #takePart(part: ModelPart, step: Step): void {
    if (part.type === 'text') this.#say(part.text, step)
    else if (part.type === 'tool-call')
      step.calls.push({ callId: part.callId, tool: part.tool, input: part.input })
    else if (part.type === 'citation') this.#citations?.cite(part.passage)
    else if (part.type === 'replace') this.#replace(part.text, step)
    else {
      step.finish = part.reason
      step.usage = part.usage
      this.#facts.addUsage(part.usage)
    }
  }

  #say(text: string, step: Step): void {
    const allowed = this.#budget.take(text)
    if (allowed === '') return
    step.text += allowed
    this.#emit({ type: 'text-delta', text: allowed })
  }

  /** What was said in earlier steps stays. */
  #replace(text: string, step: Step): void {
    const { text: all } = this.#facts
    const earlier = all.slice(0, all.length - step.text.length)
    const allowed = this.#budget.allow({ type: 'replace', text: earlier + text })
    if (allowed?.type !== 'replace') return
    step.text = allowed.text.slice(earlier.length)
    this.#emit(allowed)
  }

  readonly #emit = (event: TurnEvent): void => {
    if (this.#over) return
    this.#facts.observe(event)
    this.#publish(event)
  }

  /** What tools say counts against the bot's limits too; what is beyond them is left out. */
  readonly #emitFromTool = (event: TurnEvent): void => {
    if (event.type === 'suggestions') this.#suggested = true
    const allowed = this.#budget.allow(event)
    if (allowed) this.#emit(allowed)
  }

  #start(): void {
    const { turnId, conversationId, bot, revision, startedAt } = this.#input
    const started = startedAt.date.toISOString()
    this.#emit({ type: 'start', turnId, conversationId, bot: bot.name, revision, startedAt: started })
  }

  /** True when a call is for the caller: it gets those calls, and the turn ends. */
  #handToCaller(calls: readonly ToolCall[]): boolean {
    const external = callerToolsOf(this.#input)
    const handed = calls.filter((call) => external.some(({ name }) => name === call.tool))
    for (const call of handed) this.#emit({ type: 'tool-call-start', ...call, external: true })
    return handed.length > 0
  }

  /** What code or a tool suggested fits this answer; what the bot suggests in general fits any. */
  #suggest(): void {
    if (this.#suggested) return
    const asked = new Set(this.#messages.map((message) => (message.role === 'user' ? message.text : '')))
    const items = this.#input.bot.suggestions.filter((item) => !asked.has(item)).slice(0, 3)
    if (items.length > 0) this.#emit({ type: 'suggestions', items })
  }
}

function askedIn({ messages }: TurnInput): string | undefined {
  const last = messages.at(-1)
  return last?.role === 'user' ? last.text : undefined
}

interface Step {
  text: string
  readonly calls: ToolCall[]
  finish: FinishReason
  usage: Usage
}

function emptyStep(): Step {
  return { text: '', calls: [], finish: 'stop', usage: { inputTokens: 0, outputTokens: 0 } }
}
