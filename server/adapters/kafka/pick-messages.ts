import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanEnd } from '#server/ports/scan.ts'
import type { OffsetQuestion } from './offsets.ts'
import type { Lane } from './scan-lanes.ts'

/** The first offset at or after each question's time: null when there is none, undefined when it is not known. */
export type AskOffsets = (
  questions: readonly OffsetQuestion[],
) => Promise<readonly (bigint | null | undefined)[]>

/** What an order makes of the messages that are found, and which partitions it wants to read on. */
export type Picker = {
  /** Takes what was accepted of a chunk; answers how many of them had not been given before. */
  take(lane: Lane, accepted: readonly RawMessage[]): number
  /** Those that may be asked for more, most wanted first. */
  lanesToRead(): readonly Lane[]
  /** Nothing that is unread can change the outcome. */
  isDone(): boolean
  isFull(): boolean
  /** What is read now was read before, for what was not given then. */
  isGoingOver(): boolean
  /** Asks brokers what can still be wanted. */
  settle(): Promise<void>
  /** Asks brokers how far what was found is final, before there is enough; at the end of a scan also when there is. */
  estimate(isEnd?: boolean): Promise<void>
  /** What is to be told since the last time. */
  drain(): readonly RawMessage[]
  matches(): number
  settledMs(): bigint | null
  cursor(): Pick<ScanEnd, 'goOnAt' | 'goOnWith'>
}

export const addPlace = (
  places: Map<TopicName, Map<number, bigint>>,
  { topic, partition }: Pick<Lane, 'topic' | 'partition'>,
  offset: bigint,
): void => {
  const offsets = places.get(topic) ?? new Map<number, bigint>()
  offsets.set(partition, offset)
  places.set(topic, offsets)
}
