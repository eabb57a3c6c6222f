import type { MessagePort } from 'node:worker_threads'
import type { ConnectionConfig } from '#server/config.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type {
  CompareTask,
  CountTask,
  SampleKeysTask,
  ScanTask,
  TailTask,
  WalkTask,
} from '#server/ports/scanner.ts'

/** What a thread is to do, by the method of `Scanner` that was called. */
export type ScanWork =
  | { readonly kind: 'scan'; readonly task: ScanTask }
  | { readonly kind: 'tail'; readonly task: TailTask }
  | { readonly kind: 'walk'; readonly task: WalkTask }
  | { readonly kind: 'count'; readonly task: CountTask }
  | { readonly kind: 'compare'; readonly task: CompareTask }
  | { readonly kind: 'sample-keys'; readonly task: SampleKeysTask }

/** What a thread gets to run a scan. The connection is put together there: sockets do not travel. */
export type ScanOrder = {
  readonly config: ConnectionConfig
  readonly work: ScanWork
  readonly port: MessagePort
}
/** What a scan tells and how it ends, whatever its kind: all of it can be sent to another thread. */
export type ScanSteps = AsyncGenerator<unknown, Result<unknown, BrokerError>, void>
/** One that tells nothing on its way. */
export type ScanAnswer = Promise<Result<unknown, BrokerError>>
/** `more` allows one step more; `stop` ends the scan. */
export type ToThread = { readonly type: 'more' | 'stop' }
/** `begun`: a thread has taken the scan and hears what is said to it. */
export type FromThread =
  | { readonly type: 'begun' }
  | { readonly type: 'news'; readonly news: unknown }
  | { readonly type: 'end'; readonly end: Result<unknown, BrokerError> }
