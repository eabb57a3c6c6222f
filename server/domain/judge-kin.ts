/** A copy by a started replay of a letter of one message, with what became of it. Times in milliseconds since the epoch. */
export type KinCopy = {
  readonly letterId: bigint
  readonly number: number
  readonly by: string
  readonly outcome: string
  readonly sentAtMs: number | null
  readonly outcomeAtMs: number | null
  /** The edit that its bytes come from; null: they are those that died first. */
  readonly version: string | null
}

/** What copies of a letter's message, also by its other letters, say of sending it. */
export type KinVerdict = {
  readonly kind: 'open' | 'settled' | 'other-version-unknown' | 'unknown'
  readonly copy: KinCopy
}

const stillOpen = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

/**
 * What speaks against sending a letter among the copies of all letters of its message: one under way, one that settled, or
 * one with other bytes of which nobody knows what became (`unknown` alone: with the same bytes, it speaks only of a risk).
 * What settled before the letter died says nothing of that death. Null: nothing speaks against it.
 */
export const judgeKin = (
  letter: { readonly diedAtMs: number; readonly version: string | null },
  copies: readonly KinCopy[],
  isEdit: boolean,
): KinVerdict | null => {
  const latest = (isSuch: (copy: KinCopy) => boolean): KinCopy | undefined =>
    copies.filter(isSuch).sort((a, b) => b.number - a.number)[0]
  const isSettled = ({ outcome, outcomeAtMs }: KinCopy) =>
    outcome === 'SETTLED' && (outcomeAtMs === null || outcomeAtMs >= letter.diedAtMs)
  const settled = latest(isSettled)
  if (settled) return { kind: 'settled', copy: settled }
  const open = latest(({ outcome }) => stillOpen.has(outcome))
  if (open) return { kind: 'open', copy: open }
  const other = latest(
    ({ outcome, version }) => outcome === 'UNKNOWN' && (isEdit || version !== letter.version),
  )
  if (other) return { kind: 'other-version-unknown', copy: other }
  const unknown = latest(({ outcome }) => outcome === 'UNKNOWN')
  return unknown ? { kind: 'unknown', copy: unknown } : null
}
