import { setTimeout as sleep } from 'node:timers/promises'
import { isAsWanted } from '#server/domain/topic-change-progress.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import { markChangeEnded, type TopicChangeRecord } from '#server/repositories/topic-changes.ts'
import type { Connection, Deps } from './deps.ts'
import { readTopicNow } from './read-topic-now.ts'
import { forgetTopicTable } from './read-topic-table.ts'

const actions = {
  create: 'create topic',
  delete: 'delete topic',
  'change-settings': 'change topic settings',
  'add-partitions': 'add partitions',
} as const

/** What the audit says of a change, beside how it ended. */
export const auditOf = ({ request, id }: TopicChangeRecord, actor: string, connectionId: string) => ({
  actor,
  action: actions[request.action],
  target: request.topic,
  connectionId,
  about: [
    { kind: 'topic' as const, id: request.topic },
    { kind: 'topic-change' as const, id },
  ],
  changeId: id,
})

/** How often and how long the topic is looked at until it shows the change. */
const looks = 12
const lookEveryMs = 250

/** Errors after which the broker may have made the change all the same. */
const isUncertain = ({ kind }: BrokerError): boolean => kind === 'timeout' || kind === 'unreachable'

/**
 * Ends a running change with what became of it, in the audit too. The broker's answer decides; where it was lost
 * (`refusal` is uncertain, or null after a crash) the topic itself does. A change that was made is waited for, for a few
 * seconds, until the brokers show it.
 */
export const settleTopicChange = async (
  deps: Deps,
  connection: Connection,
  record: TopicChangeRecord,
  actor: string,
  refusal: BrokerError | 'none' | null,
  call: Call,
): Promise<void> => {
  const isRefused = refusal !== null && refusal !== 'none' && !isUncertain(refusal)
  const isShown = isRefused ? false : await waitUntilShown(deps, connection, record, call)
  forgetTopicTable(connection)
  const { state, failure } = endOf(refusal, isShown, isRefused)
  await runInTransaction(deps.db, async (transaction) => {
    if (!(await markChangeEnded(transaction, record.id, state, failure))) return
    const { changeId, ...entry } = auditOf(record, actor, connection.id)
    await recordAudit(transaction, {
      ...entry,
      result: state === 'done' ? 'allowed' : 'failed',
      detail: `${state === 'done' ? 'done' : failure}: change ${changeId}`,
    })
  })
  await notifyChanged(deps.db, 'topics', connection.id)
}

const endOf = (
  refusal: BrokerError | 'none' | null,
  isShown: boolean | null,
  isRefused: boolean,
): { state: 'done' | 'failed' | 'unknown'; failure: string | null } => {
  if (isRefused && refusal !== null && refusal !== 'none') return { state: 'failed', failure: refusal.detail }
  if (refusal === 'none' || isShown === true) return { state: 'done', failure: null }
  const lost =
    refusal === null
      ? 'The process that made it was lost.'
      : `The broker’s answer was lost: ${refusal.detail}.`
  return isShown === false
    ? { state: 'failed', failure: `${lost} The topic does not show the change.` }
    : {
        state: 'unknown',
        failure: `${lost} The topic could not be looked at: look at it before trying again.`,
      }
}

/** Whether the topic shows the change, within a few seconds; null when it could not be looked at. */
const waitUntilShown = async (
  deps: Deps,
  connection: Connection,
  { request, seen }: TopicChangeRecord,
  call: Call,
): Promise<boolean | null> => {
  let isSeen: boolean | null = null
  for (let look = 0; look < looks && !call.signal.aborted; look++) {
    if (look > 0) await sleep(lookEveryMs)
    const read = await readTopicNow(deps, connection, request.topic, { withReaders: false }, call)
    if (!read.ok) continue
    isSeen = isAsWanted(request, seen, read.value.topic)
    if (isSeen) return true
  }
  return isSeen
}
