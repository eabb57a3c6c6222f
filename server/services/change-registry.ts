import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

/** What keeps a change of the registry from being made on this connection; null when nothing does. */
export const writeRefusal = (connection: Connection): string | null =>
  connection.readOnly ? `${connection.name} is read-only.` : null

export type RegistryChange<T> = {
  readonly action: string
  /** What is changed: a subject, with its version. Production environments ask to type the subject again. */
  readonly target: string
  readonly confirm: { readonly typed: string; readonly wanted: string }
  readonly detail: string
  /** Why, in the words of who asks for it. */
  readonly reason?: string
  readonly run: () => Answer<T>
}

/** Errors after which the registry may have done it all the same. */
const isUncertain = ({ kind }: BrokerError): boolean => kind === 'timeout' || kind === 'unreachable'
const lookFirst = 'Whether it was done is not known: look at it before trying again.'

/**
 * Changes something in a registry: the intent is in the audit before the registry is asked, the result after, so that
 * nothing is changed of which the audit does not tell. Refused, with an audit entry, on a read-only connection and, in
 * production, without the name typed again. An answer that was lost is told as `unknown`.
 */
export const changeRegistry = async <T>(
  deps: Deps,
  connection: Connection,
  actor: Actor,
  change: RegistryChange<T>,
): Promise<Result<T, Fault>> => {
  const { action, target, detail, reason = '', run } = change
  const entry = { actor: actor.name, action, target, connectionId: connection.id, reason }
  const refused = whyRefused(connection, change)
  if (refused !== null) {
    await write(deps, { ...entry, result: 'refused', detail: refused.detail })
    return fail(refused)
  }
  await write(deps, { ...entry, result: 'allowed', detail: `begins: ${detail}` })
  const end = (result: NewAuditEntry['result'], words: string): Promise<void> =>
    write(deps, { ...entry, result, detail: `${words}: ${detail}` })
  let answer: Awaited<Answer<T>>
  try {
    answer = await run()
  } catch (thrown) {
    await end('unknown', `${thrown instanceof Error ? thrown.message : String(thrown)}. ${lookFirst}`)
    throw thrown
  }
  if (answer.ok) {
    await end('allowed', 'done')
    return succeed(answer.value)
  }
  const { error } = answer
  const fault = faultOf(error)
  if (isUncertain(error)) {
    await end('unknown', `${error.detail}. ${lookFirst}`)
    return fail({ ...fault, detail: `${fault.detail}. ${lookFirst}` })
  }
  await end('failed', error.detail)
  return fail(error.kind === 'invalid' ? { ...fault, code: 'conflict' } : fault)
}

const whyRefused = <T>(connection: Connection, { confirm }: RegistryChange<T>): Fault | null => {
  const readOnly = writeRefusal(connection)
  if (readOnly !== null) return { code: 'read-only-connection', detail: readOnly }
  if (!connection.environment.production || confirm.typed === confirm.wanted) return null
  return {
    code: 'invalid-request',
    detail: `confirm: ${connection.name} is ${connection.environment.name}, a production environment. Type ${confirm.wanted} to confirm.`,
  }
}

const write = (deps: Deps, entry: NewAuditEntry): Promise<void> =>
  runInTransaction(deps.db, (transaction) =>
    recordAudit(transaction, { ...entry, detail: entry.detail.slice(0, 2_000) }),
  )
