import { type LedgerSource, transactionalIdOf } from '#server/domain/replay-ledger.ts'
import { succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError, BrokerErrorKind } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection } from './deps.ts'
import { ensureLedger } from './ensure-ledger.ts'

export type Sending = NonNullable<ReplayRecord['sending']>

/** What does not pass by itself. */
const lasting: ReadonlySet<BrokerErrorKind> = new Set(['denied', 'unsupported', 'invalid'])

/**
 * How copies of a dead-letter partition are to be sent: in transactions with the ledger, or at least once where the
 * cluster has none or this user may not use them. With `validateOnly` nothing is made or opened: what only opening tells
 * is not known then. Fails with what may pass by itself.
 */
export const decideSending = async (
  connection: Connection,
  source: LedgerSource,
  call: Call & { readonly validateOnly?: boolean },
): Answer<Sending> => {
  const { transactions } = connection.broker
  if (!transactions) return succeed(atLeastOnce('this broker has no transactions'))
  const orFallback = (error: BrokerError): Awaited<Answer<Sending>> =>
    lasting.has(error.kind) ? succeed(atLeastOnce(error.detail)) : { ok: false, error }
  const id = transactionalIdOf(source)
  const usable = await transactions.check(id, call)
  if (!usable.ok) return orFallback(usable.error)
  const ledger = await ensureLedger(connection, call)
  if (!ledger.ok) return orFallback(ledger.error)
  if (ledger.value) {
    const { name } = ledger.value
    const rights = await connection.broker.topics.rights([name], call)
    const own = rights.ok ? rights.value.get(name) : undefined
    if (own && !(own.read && own.write))
      return succeed(
        atLeastOnce(`this user has no ${own.read ? 'Write' : 'Read'} right on the ledger topic ${name}`),
      )
  }
  if (call.validateOnly) return succeed({ mode: 'transactions', why: null })
  const opened = await transactions.open(id, call)
  return opened.ok ? succeed({ mode: 'transactions', why: null }) : orFallback(opened.error)
}

const atLeastOnce = (why: string): Sending => ({ mode: 'at-least-once', why })
