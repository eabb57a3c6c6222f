import type { Result } from '#server/domain/result.ts'
import type { SpanRecord } from '#server/domain/traces/span-record.ts'
import type { StoreFailure } from '#server/services/store-spans.ts'

export type Store = (spans: readonly SpanRecord[]) => Promise<Result<number, StoreFailure>>

export type BatchLimits = {
  /** Spans that wait or are being written, at most; what comes then is turned away. */
  readonly maxPendingSpans: number
  readonly maxPendingBytes: number
  /** Spans in one write. */
  readonly batchSpans: number
  /** Writes at the same time. */
  readonly writers: number
  /** How long a small batch waits for company, in milliseconds. */
  readonly lingerMs: number
}

export const defaultBatchLimits: BatchLimits = {
  maxPendingSpans: 60_000,
  maxPendingBytes: 96 * 1024 * 1024,
  batchSpans: 1_000,
  writers: 3,
  lingerMs: 4,
}

export type SpanBatcher = {
  /** Whether more spans may come at all; asked before a body is read. */
  isFull(): boolean
  /** Settles when all of the spans are stored, or some could not be. */
  store(spans: readonly SpanRecord[]): Promise<Result<number, StoreFailure>>
  /** Settles when everything accepted so far is settled. */
  drain(): Promise<void>
}

type Portion = {
  readonly spans: readonly SpanRecord[]
  readonly bytes: number
  readonly settle: (result: Result<number, StoreFailure>) => void
}

/**
 * Puts the spans of several requests into one write, since most of a write's cost is its commit. When PostgreSQL refuses
 * the data of a batch, its requests are written one by one, so that only the one with the bad data is refused.
 */
export const makeSpanBatcher = (write: Store, limits: BatchLimits = defaultBatchLimits): SpanBatcher => {
  const waiting: Portion[] = []
  let waitingSpans = 0
  let pendingSpans = 0
  let pendingBytes = 0
  let writing = 0
  let timer: NodeJS.Timeout | undefined
  let drained: (() => void)[] = []

  const takeBatch = (): Portion[] => {
    const batch: Portion[] = []
    let spans = 0
    for (let next = waiting[0]; next; next = waiting[0]) {
      if (batch.length > 0 && spans + next.spans.length > limits.batchSpans) break
      batch.push(next)
      spans += next.spans.length
      waiting.shift()
    }
    waitingSpans -= spans
    return batch
  }

  const settle = (portion: Portion, result: Result<number, StoreFailure>) => {
    pendingSpans -= portion.spans.length
    pendingBytes -= portion.bytes
    portion.settle(result)
  }

  const writeBatch = async (batch: readonly Portion[]): Promise<void> => {
    const result = await write(batch.flatMap(({ spans }) => spans))
    if (result.ok || result.error.kind === 'unavailable' || batch.length === 1)
      for (const portion of batch) settle(portion, result)
    else for (const portion of batch) settle(portion, await write(portion.spans))
  }

  const pump = () => {
    timer = undefined
    while (writing < limits.writers && waiting.length > 0) {
      writing++
      void writeBatch(takeBatch()).finally(() => {
        writing--
        if (waitingSpans >= limits.batchSpans || (waiting.length > 0 && timer === undefined)) pump()
        if (pendingSpans === 0) {
          for (const resolve of drained) resolve()
          drained = []
        }
      })
    }
  }

  const enqueue = (spans: readonly SpanRecord[]) =>
    new Promise<Result<number, StoreFailure>>((resolve) => {
      const bytes = spans.reduce((sum, span) => sum + sizeOf(span), 0)
      waiting.push({ spans, bytes, settle: resolve })
      waitingSpans += spans.length
      pendingSpans += spans.length
      pendingBytes += bytes
      if (waitingSpans >= limits.batchSpans) {
        clearTimeout(timer)
        pump()
      } else timer ??= setTimeout(pump, limits.lingerMs)
    })

  return {
    isFull: () => pendingSpans >= limits.maxPendingSpans || pendingBytes >= limits.maxPendingBytes,
    store: async (spans) => {
      if (spans.length === 0) return { ok: true, value: 0 }
      const parts: Promise<Result<number, StoreFailure>>[] = []
      for (let at = 0; at < spans.length; at += limits.batchSpans)
        parts.push(enqueue(spans.slice(at, at + limits.batchSpans)))
      const results = await Promise.all(parts)
      const failed = results.find((result) => !result.ok)
      return (
        failed ?? {
          ok: true,
          value: results.reduce((sum, result) => sum + (result.ok ? result.value : 0), 0),
        }
      )
    },
    drain: () => (pendingSpans === 0 ? Promise.resolve() : new Promise((resolve) => drained.push(resolve))),
  }
}

/** About what a span holds in memory, in bytes. */
const sizeOf = (span: SpanRecord): number =>
  300 + span.attributesJson.length + span.eventsJson.length + span.name.length + span.links.length * 120
