import { AsyncLocalStorage } from 'node:async_hooks'
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api'
import { toAppError } from './errors.ts'

/** What a piece of work belongs to. */
interface Work {
  /** The `X-Request-ID` of the request that began it. */
  readonly requestId: string | undefined
  /** Absent when traces are off. */
  readonly tracer: Tracer | undefined
  readonly context: Context
}

/** The request a message came with, for work that goes on in another process. */
export interface WorkOrigin {
  readonly requestId?: string
  /** As the W3C Trace Context recommendation writes it. */
  readonly traceparent?: string
}

export interface WorkOptions extends WorkOrigin {
  /** Absent: traces are off. */
  readonly tracer?: Tracer | undefined
}

export interface WorkSpan {
  /** Default: `INTERNAL`. */
  readonly kind?: SpanKind
  readonly attributes?: Attributes
}

/** Follows the calls of one request by itself, so that nothing in between has to hand it on. */
const works = new AsyncLocalStorage<Work>()

/** Runs something as part of a request, of this process or of another one. */
export function runWork<Result>({ requestId, traceparent, tracer }: WorkOptions, run: () => Result): Result {
  const parent = tracer && traceparent !== undefined ? parseTraceparent(traceparent) : undefined
  const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
  return works.run({ requestId, tracer, context }, run)
}

/** The work that runs now, for callbacks that come from elsewhere: `resume(work, run)` runs them as part of it. */
export function currentWork(): ((run: () => void) => void) | undefined {
  const work = works.getStore()
  return work && ((run) => works.run(work, run))
}

/** Runs something that belongs to no request, such as the start of a timer that goes on when the request is over. */
export function outsideWork<Result>(run: () => Result): Result {
  return works.exit(run)
}

/** False when traces are off for the work that runs now: nothing then has to be described. */
export function isTraced(): boolean {
  return works.getStore()?.tracer !== undefined
}

/** The id of the request that runs now; undefined outside of requests. */
export function currentRequestId(): string | undefined {
  return works.getStore()?.requestId
}

/** What the log says of the work that runs now. */
export function workFields(): { readonly requestId?: string; readonly traceId?: string } {
  const work = works.getStore()
  const traceId = work && trace.getSpanContext(work.context)?.traceId
  return { ...(work?.requestId !== undefined && { requestId: work.requestId }), ...(traceId && { traceId }) }
}

/** The work that runs now, to be stored with what it leaves to others; undefined when there is none. */
export function describeWork(): string | undefined {
  const work = works.getStore()
  if (!work) return undefined
  const span = trace.getSpanContext(work.context)
  const origin: WorkOrigin = {
    ...(work.requestId !== undefined && { requestId: work.requestId }),
    ...(span && { traceparent: toTraceparent(span) }),
  }
  return JSON.stringify(origin)
}

/** Reads what `describeWork` gave. */
export function parseWork(text: string | null): WorkOrigin {
  return text === null ? {} : (JSON.parse(text) as WorkOrigin)
}

/**
 * Runs something as a span of the trace of the current work; just runs it when traces are off. What it throws, or
 * `span` says itself, becomes the span's error; never the words of an error, which may hold what people said.
 */
export function inSpan<Result>(
  name: string,
  options: WorkSpan,
  run: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const work = works.getStore()
  return work?.tracer ? runSpan(startSpan(work, name, options), work, run) : run(undefined)
}

async function runSpan<Result>(
  span: Span,
  work: Work,
  run: (span: Span) => Promise<Result>,
): Promise<Result> {
  try {
    return await works.run({ ...work, context: trace.setSpan(work.context, span) }, () => run(span))
  } catch (error) {
    failSpan(span, toAppError(error).code)
    throw error
  } finally {
    span.end()
  }
}

/** Begins a span whose end comes by an event, and runs something as part of it. */
export function withSpan(name: string, options: WorkSpan, run: (span: Span | undefined) => void): void {
  const work = works.getStore()
  if (!work?.tracer) return run(undefined)
  const span = startSpan(work, name, options)
  works.run({ ...work, context: trace.setSpan(work.context, span) }, () => run(span))
}

/** Says that what a span stands for has failed; `type` is a code or a status, never a sentence. */
export function failSpan(span: Span, type: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function startSpan({ tracer, context }: Work, name: string, options: WorkSpan): Span {
  // Only called for work that has one.
  return (tracer as Tracer).startSpan(name, options, context)
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/

/** Source: W3C Trace Context, section 3.2. Undefined for what is none; whoever sent it then begins no trace. */
function parseTraceparent(text: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(text) ?? []
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return trace.isSpanContextValid(parsed) ? parsed : undefined
}

function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, '0')}`
}
