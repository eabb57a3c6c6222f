import type { TopicName } from '#server/contracts/scalars.ts'
import type { Answer } from './answer.ts'
import type { BrokerError } from './broker-error.ts'
import type { Call } from './call.ts'
import type { Placed, SealedOutgoing } from './publisher.ts'

/** How a transaction ended. */
export type TransactionEnd =
  /** Readers of committed messages see all of it: the messages where they are placed, and what followed. */
  | {
      readonly state: 'committed'
      readonly placed: readonly Placed[]
      readonly followed: readonly Placed[]
    }
  /** They see nothing of it, and never will. `written` copies had reached a topic: readers of uncommitted messages may have seen those. */
  | { readonly state: 'aborted'; readonly error: BrokerError; readonly written: number }
  /** Another has opened the same id, or the broker has ended the transaction for its age: this producer is over. */
  | { readonly state: 'fenced'; readonly error: BrokerError }
  /** No answer came to a copy or to the commit: what became of it, whoever opens the id next finds out. */
  | { readonly state: 'unknown'; readonly error: BrokerError }

/** Records that are written after the others, within the same transaction, and may tell where those stand. */
export type FollowingRecords = {
  readonly topic: TopicName
  readonly partition: number
  readonly of: (placed: readonly Placed[]) => readonly SealedOutgoing[]
}

/** The one producer of a transactional id. */
export type TransactionalProducer = {
  /**
   * Sends messages, then what follows from their places, in one transaction: it opens with all of them in memory, is
   * closed at once, and ends by itself after 10 s. After any other end than `committed` this producer is over: the id is
   * to be opened again.
   */
  send(messages: readonly SealedOutgoing[], following: FollowingRecords, call: Call): Promise<TransactionEnd>
}

/** Writing all or nothing, by one producer an id. */
export type Transactions = {
  /** Whether this user may use a transactional id, as far as that is told without opening it. */
  check(transactionalId: string, call: Call): Answer<null>
  /**
   * Takes a transactional id over: whoever had it opened is fenced, and his open transaction is ended before this
   * answers. `denied` without the right, `unsupported` where brokers have no transactions.
   */
  open(transactionalId: string, call: Call): Answer<TransactionalProducer>
}
