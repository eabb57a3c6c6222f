import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanEnd, ScanRequest } from '#server/ports/scan.ts'
import type { Topics } from '#server/ports/topics.ts'
import type { KafkaClient } from './client.ts'
import { type Bounds, readBounds } from './read-bounds.ts'
import { type Lane, makeLanes } from './scan-lanes.ts'

export type OpenedScan = {
  readonly lanes: readonly Lane[]
  readonly bounds: readonly Bounds[]
  /** How many partitions the scan is for. */
  readonly partitions: number
  readonly failed: ScanEnd['errors']
}

/**
 * Finds what a scan is to read. A topic that does not exist, or of which no partition answers, is an error when it is the
 * only one; else its partitions are among those that failed.
 */
export const openScan = async (
  client: KafkaClient,
  topics: Topics,
  request: ScanRequest,
  call: Call,
): Answer<OpenedScan> => {
  const { topics: chosen, goOnAt, isolation = 'committed' } = request
  if (chosen.length === 0) return fail({ kind: 'invalid', detail: 'no topic is named', source: 'broker' })
  const failed: ScanEnd['errors'][number][] = []
  const states = []
  for (const { topic, partitions } of chosen) {
    const left = goOnAt?.get(topic)
    if (goOnAt !== undefined && left === undefined) continue
    const found = await topics.find(topic, call)
    if (!found.ok) {
      if (chosen.length === 1) return found
      const known = left ? [...left.keys()] : (partitions ?? [0])
      for (const partition of known) failed.push({ topic, partition, error: found.error })
      continue
    }
    const wanted = found.value.partitions.filter(
      ({ partition }) => (partitions?.includes(partition) ?? true) && (left?.has(partition) ?? true),
    )
    states.push({ ...found.value, partitions: wanted })
  }
  const { sinceMs, untilMs } = request
  const names = untilMs === undefined ? [] : states.map(({ name }) => name)
  const [bounds, inOrder] = await Promise.all([
    readBounds(client, states, isolation, call.signal, { sinceMs, untilMs }),
    findTimedByBroker(topics, names, call),
  ])
  if (!bounds.ok) return bounds
  failed.push(...bounds.value.failed)
  const [refused] = failed
  if (bounds.value.partitions.length === 0 && refused) return fail(refused.error)
  return succeed({
    lanes: bounds.value.partitions.flatMap((one) => makeLanes(one, request, inOrder.has(one.topic))),
    bounds: bounds.value.partitions,
    partitions: states.reduce((sum, { partitions }) => sum + partitions.length, 0),
    failed,
  })
}

/** The topics whose brokers set the timestamps; none where their settings can not be read. */
const findTimedByBroker = async (
  topics: Topics,
  names: readonly TopicName[],
  call: Call,
): Promise<ReadonlySet<TopicName>> => {
  const only = ['message.timestamp.type']
  const told = names.length === 0 ? null : await topics.settings(names, { ...call, only })
  if (!told?.ok) return new Set()
  return new Set(
    [...told.value].flatMap(([topic, settings]) =>
      settings.some(({ value }) => value === 'LogAppendTime') ? [topic] : [],
    ),
  )
}
