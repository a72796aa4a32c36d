import type { Span } from '@opentelemetry/api'
import type { AnswerInCode } from '../answer.ts'
import { AppError, toAppError } from '../errors.ts'
import type { EndReason, ErrorEvent, TerminalEvent, TurnEvent } from '../events.ts'
import type { Message, Passage, ToolCall, ToolSpec } from '../messages.ts'
import type { FinishReason, ModelPart, ModelRequest, Usage } from '../models/model.ts'
import { cutToWindow } from './prompt.ts'
import { runAnswer } from './run-answer.ts'
import { askInstead, runCommand } from './run-command.ts'
import { runTools } from './run-tools.ts'
import { startModel, toModelError } from './start-model.ts'
import { GEN_AI } from '../trace-attributes.ts'
import { traceModel, traceSearch } from './trace-turn.ts'
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

/**
 * Answers one message. Says everything through `emit` and resolves with the one terminal event, which the caller
 * publishes once the answer is stored; it does not reject. A limit of the bot ends it politely: what was said
 * stands, and the reason is `limit`.
 */
export async function runTurn(
  input: TurnInput,
  { signal, facts, emit }: TurnOptions,
): Promise<TerminalEvent> {
  // A timer of our own: `AbortSignal.timeout` would hold everything that listens until it fires.
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), input.bot.limits.timeMs)
  const either = AbortSignal.any([signal, timeout.signal])
  const turn = new TurnRun(input, { signal: either, facts, emit })
  try {
    return facts.toEnd(await untilAborted(either, turn.run()))
  } catch (thrown) {
    if (signal.aborted) return isFailure(signal.reason) ? toErrorEvent(signal.reason) : facts.toEnd('stopped')
    if (timeout.signal.aborted)
      return facts.gave ? facts.toEnd('limit') : toErrorEvent(new AppError('turn_timeout'))
    input.onProblem({ what: 'turn-failed', cause: thrown })
    return toErrorEvent(toAppError(thrown))
  } finally {
    clearTimeout(timer)
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
  readonly #cited = new Set<number>()
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
    this.#citeMarkedPassages()
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
    this.#passages = await this.#findPassages()
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
    const request = this.#request(withTools)
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
    else if (part.type === 'citation') this.#cite(part.passage)
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

  #request(withTools: boolean): ModelRequest {
    const { bot, callerInstructions, callerTools, sampling, origin } = this.#input
    const temperature = sampling.temperature ?? bot.temperature
    const maxOutputTokens = sampling.maxOutputTokens ?? bot.maxOutputTokens
    return {
      instructions: callerInstructions ? `${bot.instructions}\n\n${callerInstructions}` : bot.instructions,
      messages: this.#messages,
      tools: withTools ? [...bot.tools, ...this.#callerTools(callerTools)] : [],
      ...this.#found(),
      ...(temperature !== undefined && { temperature }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      ...(sampling.stopSequences && { stopSequences: sampling.stopSequences }),
      ...(origin && { origin }),
    }
  }

  /** What the knowledge gave, with the bare question where the message says more than that. */
  #found(): Pick<ModelRequest, 'passages' | 'question'> {
    const { question } = this.#input
    if (!this.#passages) return {}
    return {
      passages: this.#passages,
      ...(question !== undefined && question !== this.#asked && { question }),
    }
  }

  /** A caller cannot take the place of a bot's own tool. */
  #callerTools(tools: readonly ToolSpec[]): readonly ToolSpec[] {
    return tools.filter(({ name }) => !this.#input.bot.tools.some((own) => own.name === name))
  }

  #start(): void {
    const { turnId, conversationId, bot, revision, startedAt } = this.#input
    const started = startedAt.date.toISOString()
    this.#emit({ type: 'start', turnId, conversationId, bot: bot.name, revision, startedAt: started })
  }

  async #findPassages(): Promise<readonly Passage[] | undefined> {
    const question = this.#messages.at(-1)
    const { bot, services, question: asked, passages } = this.#input
    const { knowledge } = bot
    if (passages) return passages
    if (!knowledge || question?.role !== 'user') return undefined
    const begun = performance.now()
    try {
      const { documents } = services
      return await traceSearch(bot.name, () =>
        knowledge.search(asked ?? question.text, { limit: 5, signal: this.#signal, documents }),
      )
    } catch (cause) {
      this.#signal.throwIfAborted()
      this.#input.onProblem({ what: 'knowledge-failed', cause })
      return undefined
    } finally {
      this.#facts.searchMs = performance.now() - begun
    }
  }

  /** True when a call is for the caller: it gets those calls, and the turn ends. */
  #handToCaller(calls: readonly ToolCall[]): boolean {
    const external = this.#callerTools(this.#input.callerTools)
    const handed = calls.filter((call) => external.some(({ name }) => name === call.tool))
    for (const call of handed) this.#emit({ type: 'tool-call-start', ...call, external: true })
    return handed.length > 0
  }

  /** Models that cite in the text (`[2]`) get their citation events from the text. */
  #citeMarkedPassages(): void {
    if (!this.#passages) return
    for (const [, number] of this.#facts.text.matchAll(/\[(\d{1,3})\]/g)) this.#cite(Number(number) - 1)
  }

  #cite(index: number): void {
    const passage = this.#passages?.[index]
    if (!passage || this.#cited.has(index)) return
    this.#cited.add(index)
    const { source, heading, url } = passage
    this.#emit({
      type: 'citation',
      index: index + 1,
      source,
      ...(heading && { heading }),
      ...(url && { url }),
    })
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
