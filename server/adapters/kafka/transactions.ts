import { addPartitionsToTxnV3, endTxnV3, findCoordinatorV4, initProducerIdV4 } from '@platformatic/kafka'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { Placed, SealedOutgoing } from '#server/ports/publisher.ts'
import type {
  FollowingRecords,
  TransactionalProducer,
  TransactionEnd,
  Transactions,
} from '#server/ports/transactions.ts'
import { answering } from './answering.ts'
import { type KafkaClient, pause, throwIfGivenUp } from './client.ts'
import { brokerError, errorOfThrown, protocolError } from './errors.ts'
import { type Portion, portionsOf, writePortions } from './produce.ts'
import { FencedError, isFenced, isRefusal } from './send-failures.ts'
import { gravestCode, judgeTransactionCode, waitBeforeAgainMs } from './transaction-codes.ts'

const transactionCoordinator = 1
/** After so long a coordinator ends a transaction that was left open: until then it hides what comes behind it. */
const transactionTimeoutMs = 10_000
/** Own limit of the time between opening and asking for the end. */
const openMs = 7_000
const endMs = 8_000
/** How long a coordinator that loads, moves or still ends the transaction before is asked again. */
const coordinatorMs = 15_000

type Opened = { readonly id: bigint; readonly epoch: number }

/** The transactional facet of a cluster. */
export const makeTransactions = (client: KafkaClient, nowMs: () => number = Date.now): Transactions => {
  const coordinators = new Map<string, number>()

  const findCoordinator = async (transactionalId: string, signal: AbortSignal): Promise<number> => {
    const known = coordinators.get(transactionalId)
    if (known !== undefined) return known
    const answer = await client.ask(null, signal, findCoordinatorV4.api, transactionCoordinator, [
      transactionalId,
    ])
    const [found] = answer.coordinators
    const code = found?.errorCode ?? -1
    if (code !== 0 || !found) throw protocolError(code, `transactional id ${transactionalId}`)
    coordinators.set(transactionalId, found.nodeId)
    return found.nodeId
  }

  /**
   * Asks the coordinator of an id until it has decided: it may load, move, or still end the transaction before. Throws
   * what it refuses, `FencedError` where the id is another's by now.
   */
  const askCoordinator = async <T extends { readonly code: number }>(
    transactionalId: string,
    signal: AbortSignal,
    ask: (broker: number) => Promise<T>,
  ): Promise<T> => {
    const about = `transactional id ${transactionalId}`
    const until = AbortSignal.any([signal, AbortSignal.timeout(coordinatorMs)])
    for (let attempt = 1; ; attempt++) {
      let last: unknown = null
      try {
        const answer = await ask(await findCoordinator(transactionalId, until))
        const verdict = judgeTransactionCode(answer.code)
        if (verdict === 'done') return answer
        if (verdict === 'fenced')
          throw new FencedError(
            `${about}: another producer has taken it over, or its transaction lasted too long`,
          )
        last = protocolError(answer.code, about)
        if (verdict === 'refused') throw last
        if (verdict === 'moved') coordinators.delete(transactionalId)
      } catch (error) {
        if (error instanceof FencedError || error === last) throw error
        const { apiId } = error as { apiId?: unknown }
        const isAway = errorOfThrown(error, about).kind === 'unreachable'
        if (
          until.aborted ||
          (typeof apiId === 'number' ? judgeTransactionCode(apiId) === 'refused' : !isAway)
        )
          throw error
        // A broker that is gone coordinates nothing any more.
        coordinators.delete(transactionalId)
        last = error
      }
      await pause(waitBeforeAgainMs(attempt), until).catch(() => {
        throw last
      })
    }
  }

  const init = async (transactionalId: string, signal: AbortSignal): Promise<Opened> => {
    const { producerId, producerEpoch } = await askCoordinator(transactionalId, signal, async (broker) => {
      const answer = await client.ask(
        broker,
        signal,
        initProducerIdV4.api,
        transactionalId,
        transactionTimeoutMs,
        -1n,
        -1,
      )
      return { code: answer.errorCode, ...answer }
    })
    return { id: producerId, epoch: producerEpoch }
  }

  const makeProducer = (transactionalId: string, { id, epoch }: Opened): TransactionalProducer => {
    const sequences = new Map<string, number>()
    let isOver = false
    let queue: Promise<unknown> = Promise.resolve()

    const addPartitions = (places: readonly Pick<Portion, 'topic' | 'partition'>[], signal: AbortSignal) =>
      askCoordinator(transactionalId, signal, async (broker) => {
        const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([name, mine]) => ({
          name,
          partitions: [...new Set(mine.map(({ partition }) => partition))],
        }))
        const answer = await client.ask(broker, signal, addPartitionsToTxnV3.api, [
          { transactionalId, producerId: id, producerEpoch: epoch, verifyOnly: false, topics },
        ])
        const codes = answer.resultsByTransaction
          .flatMap(({ topicResults }) => topicResults)
          .flatMap(({ resultsByPartition }) => resultsByPartition.map((one) => one.partitionErrorCode))
        return { code: gravestCode(codes) }
      })

    const end = (isCommit: boolean) => {
      const signal = AbortSignal.timeout(endMs)
      return askCoordinator(transactionalId, signal, async (broker) => {
        const answer = await client.ask(broker, signal, endTxnV3.api, transactionalId, id, epoch, isCommit)
        return { code: answer.errorCode }
      })
    }

    const write = (
      messages: readonly SealedOutgoing[],
      portions: readonly Portion[],
      call: Call,
      onWritten?: (records: number) => void,
    ): Promise<readonly Placed[]> =>
      writePortions(
        client,
        portions,
        messages,
        { id, epoch, transactionalId, sequences },
        call,
        nowMs,
        onWritten,
      )

    const transact = async (
      messages: readonly SealedOutgoing[],
      following: FollowingRecords,
      call: Call,
    ): Promise<TransactionEnd> => {
      if (isOver) {
        const error = brokerError('invalid', `transactional id ${transactionalId}: this producer has ended`)
        return { state: 'aborted', error, written: 0 }
      }
      // Until it is committed nothing else may be begun with this producer.
      isOver = true
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(openMs)])
      const limited: Call = { ...call, signal }
      let written = 0
      let isOpen = false
      let isWriting = false
      let placed: readonly Placed[]
      let followed: readonly Placed[]
      try {
        throwIfGivenUp(signal)
        const portions = await portionsOf(client, messages, signal)
        if (call.mayWrite?.() === false) throw new Error('the time in which it may be sent is over')
        isOpen = true
        await addPartitions([...portions, following], signal)
        isWriting = true
        placed = await write(messages, portions, limited, (records) => {
          written += records
        })
        isWriting = false
        const records = following.of(placed)
        const tail = await portionsOf(client, records, signal)
        followed = await write(records, tail, limited)
      } catch (error) {
        const problem = errorOfThrown(error, 'sending')
        if (isFenced(error)) return { state: 'fenced', error: problem }
        // Also when it fails nothing is committed: the coordinator ends it by its age, or whoever opens the id next.
        if (isOpen) await end(false).catch(() => {})
        // Of a write without an answer nobody knows how many copies came: whoever opens the id next looks for them.
        return isWriting && !isRefusal(error)
          ? { state: 'unknown', error: problem }
          : { state: 'aborted', error: problem, written }
      }
      try {
        await end(true)
        isOver = false
        return { state: 'committed', placed, followed }
      } catch (error) {
        const problem = errorOfThrown(error, 'committing')
        return { state: isFenced(error) ? 'fenced' : 'unknown', error: problem }
      }
    }

    return {
      send: (messages, following, call) => {
        // A transactional id has one transaction at a time.
        const turn = queue.then(() => transact(messages, following, call))
        queue = turn.catch(() => {})
        return turn
      },
    }
  }

  return {
    check: async (transactionalId, { signal }): Answer<null> => {
      const found = await answering('transactions', async () => {
        await client.requireAt(signal, addPartitionsToTxnV3.api)
        await client.requireAt(signal, endTxnV3.api)
        // A cluster's first transactional id makes the topic in which they are kept: it has no coordinator for a moment.
        await askCoordinator(transactionalId, signal, async () => ({ code: 0 }))
      })
      return found.ok ? succeed(null) : found
    },
    open: async (transactionalId, { signal, mayWrite }) => {
      if (mayWrite?.() === false)
        return fail(brokerError('timeout', 'the time in which it may be sent is over'))
      return answering('transactions', async () =>
        makeProducer(transactionalId, await init(transactionalId, signal)),
      )
    },
  }
}
