import { sendingSpanOf, traceContextOf } from '#server/domain/copy-trace.ts'
import { openBody } from '#server/domain/record-body.ts'
import type { SpanRecord } from '#server/domain/traces/span-record.ts'
import type { Placed } from '#server/ports/publisher.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Batch } from './begin-batch.ts'
import type { Deps } from './deps.ts'
import { storeSpans } from './store-spans.ts'

const producer = 4

/**
 * Stores the span by which each copy was sent: it begins the copy's trace and links to where its message was in the old
 * one, so that either leads to the other. What was sent stays sent where they can not be stored: the ledger and the item
 * name both traces anyway.
 */
export const recordCopySpans = async (
  deps: Pick<Deps, 'db'>,
  replay: ReplayRecord,
  batch: Batch,
  placed: readonly Placed[],
  nowMs: number,
): Promise<void> => {
  const atNs = BigInt(nowMs) * 1_000_000n
  const spans = batch.flatMap(({ item, record }, index): SpanRecord[] => {
    if (item.copyTraceId === null) return []
    const old = traceContextOf(openBody(record.body).headers)
    const place = placed[index]
    if (!old || !place) return []
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.destination.name': item.targetTopic,
      'messaging.destination.partition.id': String(place.partition),
      ...(place.offset === null ? {} : { 'messaging.kafka.offset': place.offset.toString() }),
      'spillway.replay.id': replay.id,
      'spillway.replay.number': String(replay.number ?? ''),
      'spillway.replay.attempt': String(item.attempt),
    }
    return [
      {
        traceId: Buffer.from(item.copyTraceId, 'hex'),
        spanId: Buffer.from(sendingSpanOf(item.copyTraceId), 'hex'),
        parentSpanId: null,
        name: `replay ${item.targetTopic}`,
        kind: producer,
        service: 'spillway-worker',
        serviceVersion: null,
        startNs: atNs,
        endNs: atNs,
        status: 0,
        statusMessage: null,
        attributesJson: JSON.stringify(attributes),
        resourceJson: JSON.stringify({ 'service.name': 'spillway-worker' }),
        eventsJson: '[]',
        links: [{ traceId: Buffer.from(old.traceId, 'hex'), spanId: Buffer.from(old.spanId, 'hex') }],
        message: {
          topic: item.targetTopic,
          partition: place.partition,
          offset: place.offset,
          group: null,
        },
        searchValues: [replay.id],
      },
    ]
  })
  if (spans.length > 0) await storeSpans(deps, spans)
}
