import type { DispositionKind, LetterDecision } from '#server/contracts/choices.ts'
import { sayMany } from './say-amounts.ts'

/** What a decision makes of a letter; null: it is open again. */
export const kindOfDecision = {
  discard: 'discarded',
  archive: 'archived',
  restore: null,
} as const satisfies Record<LetterDecision, DispositionKind | null>

const underWay = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

/** The action of the audit that a decision is written down as. */
export const auditActionOf = (decision: LetterDecision): string => `${decision} dead letters`

export type LeftBecause = 'being-replayed' | 'settled' | 'so-already' | 'decided-meanwhile'

/** What a person knew of a letter when deciding, as far as that is told. */
export type LookedAt = {
  readonly seen?: DispositionKind | null | undefined
  readonly isDecidedSince?: boolean
}

/**
 * Why a decision is not made about a letter, or null. `kind`: what was decided before; `outcome`: that of its latest copy
 * by a started replay. A decision of the same kind is not repeated: who made it first, and why, stays. `seen` is what was
 * decided when the person looked, and `isDecidedSince` that something was decided after that, whatever it was before: a
 * decision that another has made or taken back since then stays, too.
 */
export const whyLeft = (
  letter: { readonly kind: DispositionKind | null; readonly outcome: string | null },
  decision: LetterDecision,
  { seen, isDecidedSince = false }: LookedAt = {},
): LeftBecause | null => {
  if (letter.kind === kindOfDecision[decision]) return 'so-already'
  if (isDecidedSince || (seen !== undefined && letter.kind !== seen)) return 'decided-meanwhile'
  if (decision === 'restore' || letter.outcome === null) return null
  if (underWay.has(letter.outcome)) return 'being-replayed'
  return letter.outcome === 'SETTLED' ? 'settled' : null
}

const done = { discard: 'discarded', archive: 'archived', restore: 'restored' } as const

/** What was decided about how many, for a history: `discarded 12 letters: duplicates of the import`. */
export const sayDecision = (decision: LetterDecision, count: number, reason: string): string =>
  `${done[decision]} ${sayMany(count, 'letter')}${reason === '' ? '' : `: ${reason}`}`

/** Who has put letters away and why, in brackets for a plan; the latest decision speaks for all. Empty for none. */
export const sayDispositions = (
  list: readonly { readonly actor: string; readonly reason: string; readonly atMs: number }[],
): string => {
  const [last, ...others] = list.toSorted((a, b) => b.atMs - a.atMs)
  if (!last) return ''
  const more = new Set(others.map(({ actor, reason }) => `${actor}\n${reason}`))
  more.delete(`${last.actor}\n${last.reason}`)
  const rest = more.size === 0 ? '' : `, and for ${sayMany(more.size, 'more reason')}`
  return ` (by ${last.actor} because: ${last.reason}${rest})`
}
