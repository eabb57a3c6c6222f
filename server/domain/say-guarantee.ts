/** How a group reads: Kafka does not tell, so an operator may. */
export type ReaderIsolation = {
  readonly group: string
  readonly isolation: 'committed' | 'uncommitted' | 'unknown'
}
/** How copies will be sent, as far as that is known before; null: it could not be asked. */
type Sending = { readonly mode: 'transactions' | 'at-least-once'; readonly why: string | null } | null

const namesOf = (readers: readonly ReaderIsolation[], isolation: ReaderIsolation['isolation']): string =>
  [...new Set(readers.filter((one) => one.isolation === isolation).map(({ group }) => group))].join(', ')

/** What an operator may rely on, in a sentence without its full stop. */
export const sayGuarantee = (sending: Sending, readers: readonly ReaderIsolation[]): string => {
  if (sending === null) return 'Not known yet: whether copies can be sent in transactions could not be asked'
  if (sending.mode === 'at-least-once')
    return `At least once: after a crash in between, a copy may be sent twice${sending.why === null ? '' : ` (${sending.why})`}`
  const committed = namesOf(readers, 'committed')
  const unknown = namesOf(readers, 'unknown')
  const uncommitted = namesOf(readers, 'uncommitted')
  return [
    `Exactly once for read_committed readers${committed === '' ? '' : ` (${committed})`}`,
    ...(unknown === '' ? [] : [`unknown for ${unknown}`]),
    ...(uncommitted === ''
      ? []
      : [`not for ${uncommitted}, which may see copies of aborted batches after a crash`]),
  ].join('; ')
}
