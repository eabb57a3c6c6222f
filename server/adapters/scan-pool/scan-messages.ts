import type { MessagePort } from 'node:worker_threads'
import type { ConnectionConfig } from '#server/config.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { ScanNews, ScanTask, SearchEnd } from '#server/ports/scanner.ts'

/** What a thread gets to run a scan. The connection is put together there: sockets do not travel. */
export type ScanOrder = {
  readonly config: ConnectionConfig
  readonly task: ScanTask
  readonly port: MessagePort
}
/** `more` allows one step more; `stop` ends the scan. */
export type ToThread = { readonly type: 'more' | 'stop' }
/** `begun`: a thread has taken the scan and hears what is said to it. */
export type FromThread =
  | { readonly type: 'begun' }
  | { readonly type: 'news'; readonly news: ScanNews }
  | { readonly type: 'end'; readonly end: Result<SearchEnd, BrokerError> }
