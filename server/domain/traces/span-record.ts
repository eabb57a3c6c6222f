/**
 * A span as it is stored. Ids are raw bytes; times are nanoseconds since the epoch; `kind` and `status` are the numbers
 * of OTLP (trace.proto, SpanKind and StatusCode). The JSON texts are complete and hold 64-bit integers exactly.
 */
export type SpanRecord = {
  readonly traceId: Uint8Array
  readonly spanId: Uint8Array
  readonly parentSpanId: Uint8Array | null
  readonly name: string
  readonly kind: number
  readonly service: string
  readonly serviceVersion: string | null
  readonly startNs: bigint
  readonly endNs: bigint
  readonly status: number
  readonly statusMessage: string | null
  readonly attributesJson: string
  readonly resourceJson: string
  /** An array of `{name, atNs, attributes}`, with `atNs` as decimal text. */
  readonly eventsJson: string
  readonly links: readonly SpanLink[]
  readonly message: MessageColumns
  /** Values of identifying attributes, by which the trace is found. */
  readonly searchValues: readonly string[]
}

export type SpanLink = { readonly traceId: Uint8Array; readonly spanId: Uint8Array }

/** The message that a span sent or processed, as far as its attributes tell. */
export type MessageColumns = {
  readonly topic: string | null
  readonly partition: number | null
  readonly offset: bigint | null
  readonly group: string | null
}

/** Services that Spillway itself sends spans as. Lists leave them out unless asked for. */
export const ownServices = ['spillway-web', 'spillway-worker'] as const

/** Whether spans of this service are Spillway's own. */
export const isOwnService = (service: string): boolean => ownServices.some((own) => own === service)
