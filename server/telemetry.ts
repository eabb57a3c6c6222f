import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

const tracer = trace.getTracer('spillway')

/** Runs work in a span of Spillway's own trace. An error it throws is recorded and thrown on. */
export const withSpan = <T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  options: { readonly kind?: SpanKind; readonly carrier?: Headers } = {},
): Promise<T> => {
  const parent = options.carrier
    ? propagation.extract(context.active(), options.carrier, {
        get: (headers, key) => headers.get(key) ?? undefined,
        keys: (headers) => [...headers.keys()],
      })
    : context.active()
  return tracer.startActiveSpan(
    name,
    { attributes, kind: options.kind ?? SpanKind.INTERNAL },
    parent,
    async (span) => {
      try {
        return await work(span)
      } catch (error) {
        span.recordException(error instanceof Error ? error : String(error))
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
  )
}

/** Trace id of the work in progress, or undefined when nothing is being traced. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId
