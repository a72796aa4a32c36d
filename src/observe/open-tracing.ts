import type { Tracer } from '@opentelemetry/api'

export interface TracingOptions {
  /** The receiver of OTLP over HTTP, without `/v1/traces`. Absent: no traces. */
  readonly endpoint: string | undefined
  /** As `name=value`; values may be URL-encoded. */
  readonly headers: readonly string[]
  readonly serviceName: string
  readonly version: string
  /** The share of traces that are kept where the caller has not decided, 0 to 1. */
  readonly ratio: number
}

export interface Tracing {
  /** Undefined when there are no traces. */
  readonly tracer: Tracer | undefined
  /** Hands over what has not left yet. */
  close(): Promise<void>
}

/** How often traces are sent, in milliseconds. */
const SEND_EVERY_MS = 1_000
/** How long the last traces may take to leave, in milliseconds. */
const LAST_EXPORT_MS = 2_000

/** Opens the way for traces. The SDK is only loaded when there is somewhere to send them; nothing global is touched. */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint, headers, serviceName, version, ratio } = options
  if (endpoint === undefined) return { tracer: undefined, close: async () => undefined }
  const [
    { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider },
    otlp,
    resources,
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ])
  const exporter = new otlp.OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: Object.fromEntries(headers.map(toHeader)),
    timeoutMillis: LAST_EXPORT_MS,
  })
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        exportTimeoutMillis: LAST_EXPORT_MS,
        scheduledDelayMillis: SEND_EVERY_MS,
      }),
    ],
  })
  return {
    tracer: provider.getTracer('botyard', version),
    // A receiver that is away must not hold the exit up.
    close: () => provider.shutdown().catch(() => undefined),
  }
}

function toHeader(pair: string): readonly [string, string] {
  const end = pair.indexOf('=')
  return [pair.slice(0, end).trim(), decodeURIComponent(pair.slice(end + 1).trim())]
}
