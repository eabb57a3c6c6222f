import type { TopicName } from '#server/contracts/scalars.ts'
import type { Mask } from '#server/domain/masked-terms.ts'

/**
 * What is masked on a connection: a hook, which no configuration sets yet. Whoever fills it does so where a connection
 * is put together (`composition-connect.ts`): functions do not travel between threads, and a thread of scans puts its
 * connections together from the configuration.
 */
export type Masking = {
  /** Null where nothing of the topic is masked. */
  readonly maskOf: (topic: TopicName) => Mask | null
}
