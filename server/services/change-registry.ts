import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'

/** What keeps a change of the registry from being made on this connection; null when nothing does. */
export const writeRefusal = (connection: Connection): string | null =>
  connection.readOnly ? `${connection.name} is read-only.` : null

export type RegistryChange<T> = {
  readonly action: string
  /** What is changed: a subject, with its version. Production environments ask to type the subject again. */
  readonly target: string
  readonly confirm: { readonly typed: string; readonly wanted: string }
  readonly detail: string
  readonly run: () => Answer<T>
}

/** Thrown to undo the entry of a change that the registry refused. */
class RefusedByRegistry extends Error {
  readonly error: BrokerError
  constructor(error: BrokerError) {
    super(error.detail)
    this.error = error
  }
}

/**
 * Changes something in a registry with an audit entry: refused on a read-only connection and, in production, without the
 * name typed again. The entry is written first and kept only when the registry did it, so that nothing is changed of
 * which the audit does not tell; what the registry refused is told as failed.
 */
export const changeRegistry = async <T>(
  deps: Deps,
  connection: Connection,
  actor: Actor,
  change: RegistryChange<T>,
): Promise<Result<T, Fault>> => {
  const { action, target, confirm, detail, run } = change
  const entry = { actor: actor.name, action, target, connectionId: connection.id }
  const refusal = writeRefusal(connection)
  if (refusal !== null) {
    await write(deps, { ...entry, result: 'refused', detail: 'the connection is read-only' })
    return fail({ code: 'read-only-connection', detail: refusal })
  }
  if (connection.environment.production && confirm.typed !== confirm.wanted)
    return invalid(
      `confirm: ${connection.name} is ${connection.environment.name}, a production environment. Type ${confirm.wanted} to confirm.`,
    )
  try {
    return await runInTransaction(deps.db, async (transaction) => {
      await recordAudit(transaction, { ...entry, result: 'allowed', detail })
      const answer = await run()
      if (!answer.ok) throw new RefusedByRegistry(answer.error)
      return succeed(answer.value)
    })
  } catch (thrown) {
    if (!(thrown instanceof RefusedByRegistry)) throw thrown
    await write(deps, {
      ...entry,
      result: 'failed',
      detail: `${detail}: ${thrown.error.detail}`.slice(0, 2_000),
    })
    const fault = faultOf(thrown.error)
    return fail(thrown.error.kind === 'invalid' ? { ...fault, code: 'conflict' } : fault)
  }
}

const write = (deps: Deps, entry: NewAuditEntry): Promise<void> =>
  runInTransaction(deps.db, (transaction) => recordAudit(transaction, entry))
