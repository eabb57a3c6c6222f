import type { ScanEnd, ScanRequest, ScanStop } from '#server/ports/scan.ts'
import type { OpenedScan } from './open-scan.ts'
import { addPlace, type Picker } from './pick-messages.ts'
import { heldBackOf } from './read-bounds.ts'
import { isOpen, isRead, type Lane, spansOf } from './scan-lanes.ts'

/** What a scan has come to. */
export type Scanned = {
  readonly request: ScanRequest
  readonly opened: OpenedScan
  readonly picker: Picker
  readonly errors: ScanEnd['errors']
  readonly bytes: number
  readonly messages: number
  readonly signal: AbortSignal
}

const farthest = (1n << 63n) - 1n

const stopOf = ({ signal, errors, opened, picker }: Scanned): ScanStop => {
  if (signal.aborted) return 'cancelled'
  // Enough only when no unread part may hold one that comes before; what the budget cut short is said to be so.
  if (opened.lanes.some(isOpen) && !picker.isDone()) return 'budget'
  if (errors.length > 0) return 'error'
  return picker.isFull() ? 'enough' : 'end'
}

/** What a scan tells at its end: why it stopped, what it covered, and where to go on. */
export const endOf = (scanned: Scanned): ScanEnd => {
  const { picker, opened, request, errors } = scanned
  const { lanes } = opened
  const { goOnAt, goOnWith } = picker.cursor()
  const places = new Map([...goOnAt].map(([topic, offsets]) => [topic, new Map(offsets)]))
  // Those that could not even be asked how far they reach are read from where they would have been.
  for (const { topic, partition } of opened.failed) {
    const before = request.goOnAt?.get(topic)?.get(partition)
    addPlace(places, { topic, partition }, before ?? (request.order === 'newest' ? farthest : 0n))
  }
  return {
    stop: stopOf(scanned),
    spans: spansOf(lanes),
    scannedMessages: BigInt(scanned.messages),
    scannedBytes: BigInt(scanned.bytes),
    matches: BigInt(picker.matches()),
    partitions:
      opened.partitions +
      opened.failed.filter((one) => !lanes.some((lane) => lane.topic === one.topic)).length,
    coveredMs: coveredOf(scanned),
    settledMs: picker.settledMs(),
    errors,
    heldBack: request.goOnAt ? [] : heldBackOf(opened.bounds, request.isolation ?? 'committed'),
    lost: lanes.flatMap(({ topic, partition, lost }) => (lost ? [{ topic, partition, ...lost }] : [])),
    goOnAt: places,
    goOnWith,
  }
}

/** The times that were looked at in every partition; those read to their end do not limit them. */
const coveredOf = ({ opened, request, picker }: Scanned): ScanEnd['coveredMs'] => {
  const lanes = opened.lanes.filter(({ isLate }) => !isLate)
  const open = lanes.filter((lane) => !isRead(lane))
  const least = (times: readonly bigint[]) => times.reduce((a, b) => (a < b ? a : b))
  const reached = (all: readonly Lane[]) => all.flatMap(({ reachedMs }) => reachedMs ?? [])
  if (request.order === 'oldest') {
    const times = reached(open)
    return {
      from: request.sinceMs ?? null,
      to: open.length === 0 ? (request.untilMs ?? null) : times.length < open.length ? null : least(times),
    }
  }
  const to = request.untilMs ?? null
  // What stands below what was read may be newer than it: only what is final is covered.
  if (open.length > 0) {
    const settledMs = picker.settledMs()
    return { from: settledMs === null ? null : settledMs + 1n, to }
  }
  const all = lanes.flatMap(({ oldestMs }) => oldestMs ?? [])
  return { from: all.length === 0 ? null : least(all), to }
}
