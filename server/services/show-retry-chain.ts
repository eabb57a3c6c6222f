import type { RetryChainView } from '#server/contracts/letter-topics.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { RetryChain } from '#server/domain/retry-chain.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { findChainOf } from './find-chain-of.ts'

/** The retry chain that a topic is of, for its page. */
export const showRetryChain = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<RetryChainView, Fault>> => {
  const chain = await findChainOf(deps, connection, topic, call)
  if (!chain.ok) return fail(faultOf(chain.error))
  return succeed({ chain: chain.value && viewOf(chain.value) })
}

const viewOf = ({ origin, topics }: RetryChain): NonNullable<RetryChainView['chain']> => ({
  origin: origin as TopicName,
  topics: topics.map((one) => ({ ...one, topic: one.topic as TopicName })),
  delayMs: topics.reduce((sum, { delayMs }) => sum + (delayMs ?? 0), 0),
})
