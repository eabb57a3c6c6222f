import type { TopicName } from '#server/contracts/scalars.ts'
import type { Mask } from '#server/domain/masked-terms.ts'

/**
 * What is masked on a connection. Functions do not travel between threads, so a thread of scans puts it together from
 * the connection's configuration, as it does with the rest of the connection.
 */
export type Masking = {
  /** Null where nothing of the topic is masked. */
  readonly maskOf: (topic: TopicName) => Mask | null
}
