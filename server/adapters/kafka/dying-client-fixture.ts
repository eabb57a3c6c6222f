import type { ConnectionConfig } from '#server/config.ts'
import type { BrokerApi } from './broker-apis.ts'
import { KafkaClient } from './client.ts'

/** Keys of the requests at which a client may die. */
export const requestKeys = {
  produce: 0,
  findCoordinator: 10,
  initProducerId: 22,
  addPartitions: 24,
  endTxn: 26,
} as const

/** For tests: a client of which `around` answers each request, by its key; `ask` asks the broker. */
export const makeClientAround = (
  config: ConnectionConfig,
  around: (key: number, ask: () => Promise<unknown>) => Promise<unknown>,
): KafkaClient =>
  new (class extends KafkaClient {
    override async ask<A extends unknown[], R>(
      brokerId: number | null,
      signal: AbortSignal,
      api: BrokerApi<A, R>,
      ...args: A
    ): Promise<R> {
      return (await around(api.key, () => super.ask(brokerId, signal, api, ...args))) as R
    }
  })(config)

/**
 * For tests: a client that dies at the so-and-so-manieth request of a kind, before it leaves or after it was answered.
 * From then on nothing gets through, as of a process that was killed.
 */
export const makeDyingClient = (
  config: ConnectionConfig,
  key: number,
  when: 'before' | 'after',
  nth = 1,
): { readonly client: KafkaClient; readonly isDead: () => boolean } => {
  let isDead = false
  let seen = 0
  const client = makeClientAround(config, async (asked, ask) => {
    if (isDead) throw new Error('killed')
    const isIt = asked === key && ++seen === nth
    if (isIt) isDead = true
    if (isIt && when === 'before') throw new Error('killed')
    const answer = await ask()
    if (isIt) throw new Error('killed')
    return answer
  })
  return { client, isDead: () => isDead }
}

/** What a produce request was answered for one partition. */
export type PartitionAnswer = { index: number; errorCode: number; baseOffset: bigint }

/**
 * For tests: a client whose broker does what it is asked to, and of which `change` says what it seems to answer to each
 * produce request; a throw is an answer that was lost.
 */
export const makeDeceivedClient = (
  config: ConnectionConfig,
  change: (answers: readonly PartitionAnswer[]) => void,
): KafkaClient =>
  makeClientAround(config, async (key, ask) => {
    const answer = await ask()
    if (key === requestKeys.produce) {
      const { responses } = answer as { responses: { partitionResponses: PartitionAnswer[] }[] }
      change(responses.flatMap(({ partitionResponses }) => partitionResponses))
    }
    return answer
  })
