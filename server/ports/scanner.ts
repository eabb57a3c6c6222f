import type { MessageRow } from '#server/contracts/messages.ts'
import type { Direction } from '#server/contracts/near-message.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import type { KeyPlace } from '#server/domain/partitioners.ts'
import type { Result } from '#server/domain/result.ts'
import type { Answer } from './answer.ts'
import type { BrokerError } from './broker-error.ts'
import type { Budget, Call } from './call.ts'
import type { FollowRequest, FollowStep } from './follow.ts'
import type { TopicChoices } from './payload-reading.ts'
import type { RawMessage } from './raw-message.ts'
import type { ScanEnd, ScanRequest, ScanStep } from './scan.ts'

/** Lines of JSON, of CSV, or of CSV that a spreadsheet does not run. */
export type LineForm = 'jsonl' | 'csv' | 'csv-safe'

/** What is asked of whoever runs scans: all of it can be sent to another thread. */
type Asked = { readonly connection: ConnectionId }

/** Words in the language of `message-search.ts`, read without a problem before; times ago are counted from `nowMs`. */
type Worded = Asked & {
  readonly search: string
  readonly nowMs: number
  readonly isolation: NonNullable<ScanRequest['isolation']>
  /** How operators have chosen to read the topics. */
  readonly choices: ReadonlyMap<TopicName, TopicChoices>
}

export type ScanTask = Worded &
  Pick<ScanRequest, 'topics' | 'order' | 'limit' | 'budget' | 'goOnAt' | 'goOnWith'> & {
    /** The messages are wanted whole, as lines of this form; rows then only tell where each stands. */
    readonly lines?: LineForm
  }

/** A step of a scan with its messages decoded. Rows that can not be among the first `limit` any more are left out. */
export type ScanNews = Omit<ScanStep, 'found'> & {
  readonly rows: readonly MessageRow[]
  /** One for each row, where lines were asked for. */
  readonly lines?: readonly string[]
  /** Set when the registry could not be asked: payloads are sniffed then. */
  readonly registryProblem: string | null
}

/** `notes`: messages that could not be judged and why, as sentences. */
export type SearchEnd = ScanEnd & { readonly notes?: readonly string[] }

export type TailTask = Worded & Pick<FollowRequest, 'topics' | 'limit' | 'from'>

/** What came since the step before, decoded; `notes` as of a search. */
export type TailNews = Omit<FollowStep, 'found'> & {
  readonly rows: readonly MessageRow[]
  readonly notes: readonly string[]
}

export type WalkTask = Asked & {
  readonly topic: TopicName
  readonly partition: number
  /** Not looked at itself. */
  readonly from: bigint
  readonly direction: Direction
  /** The partition's first offset, and its end (exclusive). */
  readonly bounds: { readonly start: bigint; readonly end: bigint }
  /** The bytes of the key that is wanted; null: any message is. */
  readonly key: Uint8Array | null
  readonly budget: Budget
}

export type Walk = Pick<ScanEnd, 'scannedMessages' | 'scannedBytes' | 'spans' | 'errors'> & {
  /** The nearest message that is wanted, or null. */
  readonly found: RawMessage | null
  readonly stop: 'enough' | 'end' | 'budget' | 'error'
  /** The offset up to which was looked, exclusive of it: where to go on. Null when there is nothing to go on to. */
  readonly goOnFrom: bigint | null
}

export type CountTask = Asked & {
  readonly topics: readonly TopicName[]
  /** Rising times; what is older than the first is not looked at. */
  readonly edgesMs: readonly number[]
  readonly budget: Budget
}

/** A message by key and by where it was written. */
export type Written = {
  readonly id: bigint
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** By `nameKey`. */
  readonly key: string
}

export type CompareTask = Asked & { readonly messages: readonly Written[] }

/** By id: what has newer messages with the same key behind it, and that of which nothing can be said. */
export type Compared = { readonly superseded: ReadonlySet<bigint>; readonly unchecked: ReadonlySet<bigint> }

export type SampleKeysTask = Asked & {
  /** Partitions to look at, with their first offset and their end (exclusive). */
  readonly partitions: readonly {
    readonly topic: TopicName
    readonly partition: number
    readonly start: bigint
    readonly end: bigint
  }[]
}

/** Where keyed messages of a topic stand: among its newest, and among its oldest. */
export type SampledKeys = {
  readonly topic: TopicName
  readonly newest: readonly KeyPlace[]
  readonly oldest: readonly KeyPlace[]
}

/**
 * Runs scans where they do not hold up requests. A scan and a tail pause while no step is asked for. All stop within
 * 100 ms of the signal, and fail as `overloaded` when too many run already.
 */
export type Scanner = {
  /** A search; ends as `MessageReader.scan` does. */
  scan(task: ScanTask, call: Call): AsyncGenerator<ScanNews, Result<SearchEnd, BrokerError>, void>
  /** A live tail; steps and ends as `MessageReader.follow` does. */
  tail(task: TailTask, call: Call): AsyncGenerator<TailNews, Result<null, BrokerError>, void>
  /** Along one partition to the nearest message that is wanted. */
  walk(task: WalkTask, call: Call): Answer<Walk>
  /** How many messages stand between each two edges; null when the budget did not allow to count them all. */
  count(task: CountTask, call: Call): Answer<readonly bigint[] | null>
  /** Which messages have newer ones with the same key behind them in their own partition. */
  compare(task: CompareTask, call: Call): Answer<Compared>
  /** Where keyed messages stand, of some of the newest and oldest of each partition, as far as the time allows. */
  sampleKeys(task: SampleKeysTask, call: Call): Answer<readonly SampledKeys[]>
  /** Makes ready for the first scan, which else waits for a thread to start. Answers at once. */
  start(): void
  dispose(): Promise<void>
}
