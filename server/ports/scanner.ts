import type { MessageRow } from '#server/contracts/messages.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from './broker-error.ts'
import type { Call } from './call.ts'
import type { TopicChoices } from './payload-reading.ts'
import type { ScanEnd, ScanRequest, ScanStep } from './scan.ts'

/** Lines of JSON, of CSV, or of CSV that a spreadsheet does not run. */
export type LineForm = 'jsonl' | 'csv' | 'csv-safe'

/**
 * A search as it is handed to whoever runs it: all of it can be sent to another thread. `search` is in the language of
 * `message-search.ts` and has been read without a problem; times ago are counted from `nowMs`.
 */
export type ScanTask = Pick<ScanRequest, 'topics' | 'order' | 'limit' | 'budget' | 'goOnAt' | 'goOnWith'> & {
  readonly connection: ConnectionId
  readonly search: string
  readonly nowMs: number
  readonly isolation: NonNullable<ScanRequest['isolation']>
  /** How operators have chosen to read the topics. */
  readonly choices: ReadonlyMap<TopicName, TopicChoices>
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

/**
 * Runs scans where they do not hold up requests. The scan pauses while no step is asked for, stops within 100 ms of the
 * signal, and ends as `MessageReader.scan` does. `overloaded` when too many run already.
 */
export type Scanner = {
  scan(task: ScanTask, call: Call): AsyncGenerator<ScanNews, Result<SearchEnd, BrokerError>, void>
  dispose(): Promise<void>
}
