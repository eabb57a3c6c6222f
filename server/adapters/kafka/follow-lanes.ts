import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { FollowRequest, FollowStep } from '#server/ports/follow.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanPlaces } from '#server/ports/scan.ts'
import type { Metadata } from './client.ts'
import { brokerError, errorOfCode } from './errors.ts'

/** One partition that is followed. */
export type Lane = {
  readonly topic: TopicName
  readonly partition: number
  topicId: string
  leader: number
  /** The next offset to read; until it is known, at which end of the partition it is to be asked for. */
  next: bigint | 'start' | 'end'
  /** How far the partition reaches, as last heard. */
  end: bigint | null
  askBytes: number
  trouble: { readonly error: BrokerError; readonly sinceMs: number } | null
}

/** Further behind than this, reading on would show the past: the rest is jumped over and counted. */
const mostBehind = 100_000n
/** After a jump so many of each partition are still read. */
const keptAtJump = 1_000n
const firstAskBytes = 512 * 1024
/** A leader that moves is found in less: that is not worth a word. */
const worthTellingMs = 1_000

/** Whether it is known where to read on. */
export const isPlaced = ({ next }: Lane): boolean => typeof next === 'bigint'

/** What is followed, and what came since the last step. */
export class FollowedLanes {
  readonly #topics: readonly TopicName[]
  readonly #from: ScanPlaces
  readonly #limit: number
  readonly #lanes = new Map<string, Lane>()
  #hasBegun = false
  #found: RawMessage[] = []
  #matches = 0n
  #scanned = 0n
  #skipped = 0n

  constructor({ topics, from, limit }: FollowRequest) {
    this.#topics = topics
    this.#from = from ?? new Map()
    this.#limit = limit
  }

  get all(): readonly Lane[] {
    return [...this.#lanes.values()]
  }

  /** Those that can be fetched. */
  get ready(): readonly Lane[] {
    return this.all.filter((lane) => isPlaced(lane) && lane.leader >= 0)
  }

  /** Takes in what the cluster says of the topics: new partitions, new leaders. Answers whether any topic is there. */
  update({ topics }: Metadata, nowMs: number): boolean {
    for (const lane of this.#lanes.values()) {
      if (topics.has(lane.topic)) continue
      lane.leader = -1
      this.fail(lane, brokerError('not-found', `The topic ${lane.topic} does not exist any more.`), nowMs)
    }
    const found = this.#topics.flatMap((topic) => {
      const known = topics.get(topic)
      return known ? [{ topic, known }] : []
    })
    for (const { topic, known } of found)
      for (const { partitionIndex: partition, leaderId } of known.partitions) {
        const lane = this.#see(topic, known.topicId, partition)
        lane.leader = leaderId
        if (leaderId < 0) this.fail(lane, errorOfCode(5, `topic ${topic} partition ${partition}`), nowMs)
      }
    this.#hasBegun = true
    return found.length > 0
  }

  #see(topic: TopicName, topicId: string, partition: number): Lane {
    const key = `${topic} ${partition}`
    const known = this.#lanes.get(key)
    // Deleted and made anew: all that it holds has come since.
    if (known && known.topicId !== topicId) Object.assign(known, { topicId, next: 'start', end: null })
    if (known) return known
    const places = this.#from.get(topic)
    const isNew = this.#hasBegun || places !== undefined
    const lane: Lane = {
      topic,
      partition,
      topicId,
      leader: -1,
      next: (this.#hasBegun ? undefined : places?.get(partition)) ?? (isNew ? 'start' : 'end'),
      end: null,
      askBytes: firstAskBytes,
      trouble: null,
    }
    this.#lanes.set(key, lane)
    return lane
  }

  fail(lane: Lane, error: BrokerError, nowMs: number): void {
    lane.trouble = { error, sinceMs: lane.trouble?.sinceMs ?? nowMs }
  }

  /** Counts what one answer brought; keeps the newest. */
  add(accepted: readonly RawMessage[], scanned: number): void {
    this.#scanned += BigInt(scanned)
    this.#matches += BigInt(accepted.length)
    for (const message of accepted) this.#found.push(message)
    if (this.#found.length > this.#limit * 4) this.#trim()
  }

  /** Goes on at a later offset without having read what lies between. */
  jump(lane: Lane, to: bigint): void {
    if (typeof lane.next !== 'bigint' || to <= lane.next) return
    this.#skipped += to - lane.next
    lane.next = to
  }

  /** Jumps where reading has fallen too far behind. */
  catchUp(): void {
    if (this.#behind() <= mostBehind) return
    for (const lane of this.#lanes.values()) if (lane.end !== null) this.jump(lane, lane.end - keptAtJump)
  }

  #behind(): bigint {
    return this.all.reduce(
      (sum, { next, end }) =>
        end !== null && typeof next === 'bigint' && end > next ? sum + end - next : sum,
      0n,
    )
  }

  #trim(): void {
    this.#found = this.#found.sort(byTime).slice(-this.#limit)
  }

  /** What came since the last step, which is then forgotten. */
  takeStep(nowMs: number): FollowStep {
    this.#trim()
    const step = {
      found: this.#found,
      matches: this.#matches,
      scannedMessages: this.#scanned,
      skipped: this.#skipped,
      behind: this.#behind(),
      partitions: this.#lanes.size,
      goOnAt: this.#places(),
      troubles: troublesOf(this.all, nowMs - worthTellingMs),
    }
    this.#found = []
    this.#matches = 0n
    this.#scanned = 0n
    this.#skipped = 0n
    return step
  }

  #places(): ScanPlaces {
    return new Map(
      [...Map.groupBy(this.all, ({ topic }) => topic)].map(([topic, lanes]) => [
        topic,
        new Map(
          lanes.flatMap(({ partition, next }): [number, bigint][] =>
            typeof next === 'bigint' ? [[partition, next]] : [],
          ),
        ),
      ]),
    )
  }
}

const byTime = (a: RawMessage, b: RawMessage): number => {
  if (a.timestampMs !== b.timestampMs) return a.timestampMs < b.timestampMs ? -1 : 1
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition || (a.offset < b.offset ? -1 : 1)
}

/** One for each thing that is said, with its earliest time, of those that began before. */
const troublesOf = (lanes: readonly Lane[], beforeMs: number): FollowStep['troubles'] => {
  const byDetail = new Map<string, FollowStep['troubles'][number]>()
  for (const { trouble } of lanes) {
    if (trouble === null || trouble.sinceMs > beforeMs) continue
    const known = byDetail.get(trouble.error.detail)
    if (!known || trouble.sinceMs < known.sinceMs) byDetail.set(trouble.error.detail, trouble)
  }
  return [...byDetail.values()]
}
