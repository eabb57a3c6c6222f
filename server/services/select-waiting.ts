import type { z } from 'zod'
import type { planRequeueRequest } from '#server/contracts/requeues.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { ChainEnds } from '#server/domain/requeue.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition, parsePosition, type RawMessage } from '#server/ports/raw-message.ts'
import { readLatestRequeues } from '#server/repositories/waiting-records.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'
import type { makeSchemaSample } from './find-schema-problems.ts'
import { visitLetters } from './read-letters.ts'
import { findWaitingTopic, mostWaiting, visitWaiting, type WaitingTopic } from './read-waiting.ts'
import { type PlannedRecord, summariseRecord } from './summarise-record.ts'
import { fitsFilter, type WaitingLetter, waitingLetterOf } from './waiting-letter.ts'

/** A record that was chosen; `record` is null where retention has deleted it. */
export type ChosenRecord = WaitingLetter & { readonly record: PlannedRecord | null }

export type SelectedWaiting = {
  readonly waiting: WaitingTopic
  readonly ends: ChainEnds
  readonly chosen: readonly ChosenRecord[]
}

const nothingAt = (place: { topic: TopicName; partition: number; offset: bigint }): RawMessage => ({
  ...place,
  key: null,
  value: null,
  headers: [],
  timestampMs: 0n,
  timestampType: 'create',
})

const largestSelection = 10_000

/** A copy carries the failure headers, too. */
const sizeOf = ({ key, value, headers }: RawMessage): number =>
  headers.reduce(
    (sum, header) => sum + header.name.length * 3 + (header.value?.length ?? 0) + 6,
    (key?.length ?? 0) + (value?.length ?? 0) + addedBytes,
  )
const addedBytes = 480

/** The records of a retry topic that a plan names, by hand or by a filter, with what a plan needs of each. */
export const selectWaiting = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  { positions, filter = {} }: Omit<z.output<typeof planRequeueRequest>, 'action'>,
  sample: ReturnType<typeof makeSchemaSample>,
  call: Call,
): Promise<Result<SelectedWaiting, Fault>> => {
  const found = await findWaitingTopic(deps, connection, topic, call)
  if (!found.ok) return fail(faultOf(found.error))
  const { state, ends } = found.value
  if (ends === null) return invalid(`topic: ${topic} is the retry topic of no chain that is known.`)
  const place = { connectionId: connection.id, topic, topicId: state.topicId }
  const latest = await readLatestRequeues(deps.db, place)
  const chosen: ChosenRecord[] = []
  const take = (message: RawMessage, isWanted: (letter: WaitingLetter) => boolean) => {
    const position = formatPosition(message.partition, message.offset)
    const letter = waitingLetterOf(connection, message, latest.get(position))
    if (chosen.length > largestSelection || !isWanted(letter)) return
    const record = { ...summariseRecord(message, connection), sizeBytes: sizeOf(message) }
    sample.take(message, record.schemas)
    chosen.push({ ...letter, record })
  }
  if (positions === undefined) {
    const whole = await visitWaiting(
      connection,
      found.value,
      (message) => take(message, (letter) => fitsFilter(letter, filter)),
      call,
    )
    if (!whole.ok) return fail(faultOf(whole.error))
    if (!whole.value)
      return invalid(
        `filter: more than ${mostWaiting} messages wait, or they could not be read in time: choose by hand.`,
      )
  } else {
    const places = [...new Set(positions)].map((position) => ({ topic, ...parsePosition(position) }))
    const visited = await visitLetters(connection, places, (message) => take(message, () => true), call)
    if (!visited.ok) return fail(faultOf(visited.error))
    const read = new Set(chosen.map(({ letter }) => formatPosition(letter.partition, letter.offset)))
    for (const gone of places)
      if (!read.has(formatPosition(gone.partition, gone.offset)))
        chosen.push({ ...waitingLetterOf(connection, nothingAt(gone), undefined), record: null })
  }
  if (chosen.length === 0) return invalid('selection: no waiting message fits it.')
  if (chosen.length > largestSelection)
    return invalid(
      `selection: more than ${largestSelection} messages; choose fewer, for example by their time.`,
    )
  return succeed({ waiting: found.value, ends, chosen })
}
