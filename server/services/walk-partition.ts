import { detachMessage } from '#server/domain/detach-message.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanEnd } from '#server/ports/scan.ts'
import type { Walk, WalkTask } from '#server/ports/scanner.ts'

/** Few, since nothing is known of their size; the next ones grow fast. */
const firstChunk = 8n
const growth = 16n
const largestChunk = 200_000n
/** A chunk is meant to hold no more than this, by the mean size of what was read before. */
const chunkBytes = 64n * 1024n * 1024n

const isSame = (a: Uint8Array, b: Uint8Array | null): boolean => b !== null && Buffer.compare(a, b) === 0

const least = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a))

/**
 * Walks along one partition by offset, away from `from` (which is not looked at itself), to the nearest message that is
 * wanted: in chunks of offsets that grow, each read whole before its nearest match is taken, because a scan orders by
 * time and times need not rise with offsets. Ends with `budget` as far as was read without a gap.
 */
export const walkPartition = async (
  reader: MessageReader,
  { topic, partition, from, direction, bounds, key, budget }: Omit<WalkTask, 'connection'>,
  call: Call,
): Promise<Result<Walk, BrokerError>> => {
  const deadline = performance.now() + budget.milliseconds
  const isBack = direction === 'previous'
  // Offsets outside of what the partition holds are not walked through.
  let edge = isBack ? least(from, bounds.end) : from < bounds.start ? bounds.start - 1n : from
  let chunk = firstChunk
  let scannedMessages = 0n
  let scannedBytes = 0n
  const spans: ScanEnd['spans'][number][] = []
  const walked = (more: Pick<Walk, 'stop' | 'goOnFrom'> & Partial<Walk>): Result<Walk, BrokerError> =>
    succeed({ found: null, errors: [], scannedMessages, scannedBytes, spans, ...more })
  for (;;) {
    const low = isBack ? (edge - chunk > bounds.start ? edge - chunk : bounds.start) : edge + 1n
    const high = isBack ? edge - 1n : least(edge + chunk, bounds.end - 1n)
    if (high < low) return walked({ stop: 'end', goOnFrom: null })
    const left = {
      messages: budget.messages - Number(scannedMessages),
      bytes: budget.bytes - Number(scannedBytes),
      milliseconds: Math.round(deadline - performance.now()),
    }
    if (Math.min(left.messages, left.bytes, left.milliseconds) <= 0)
      return walked({ stop: 'budget', goOnFrom: edge })
    const within = (message: RawMessage) =>
      message.offset >= low && message.offset <= high && (key === null || isSame(key, message.key))
    const steps = reader.scan(
      {
        topics: [{ topic, partitions: [partition] }],
        order: isBack ? 'newest' : 'oldest',
        offsets: { least: low, most: high },
        limit: Number(high - low) + 1,
        filter: { accept: within, ...(key === null || key.length === 0 ? {} : { literals: [key] }) },
        budget: left,
      },
      call,
    )
    let nearest: RawMessage | null = null
    let step = await steps.next()
    for (; !step.done; step = await steps.next())
      for (const message of step.value.found)
        if (nearest === null || message.offset > nearest.offset === isBack) nearest = message
    if (!step.value.ok) return fail(step.value.error)
    const end = step.value.value
    scannedMessages += end.scannedMessages
    scannedBytes += end.scannedBytes
    spans.push(...end.spans)
    if (end.stop === 'error') return walked({ stop: 'error', goOnFrom: edge, errors: end.errors })
    // Also of a part of the chunk: it is read away from where the walk began.
    if (nearest !== null) return walked({ found: detachMessage(nearest), stop: 'enough', goOnFrom: null })
    if (end.stop === 'budget' || end.stop === 'cancelled') {
      const place = end.goOnAt.get(topic)?.get(partition)
      const reached = place === undefined ? edge : isBack ? place : place - 1n
      return walked({ stop: 'budget', goOnFrom: reached })
    }
    edge = isBack ? low : high
    const mean = scannedMessages === 0n ? 1n : scannedBytes / scannedMessages + 1n
    chunk = least(chunk * growth, largestChunk, chunkBytes / mean + 1n)
  }
}
