import type { KinCopy } from './judge-kin.ts'
import { sayCount, sayMoment } from './say-amounts.ts'

const namedCopies = 3

/** By whom, as which letters and when the same messages were sent, the latest replay first; in brackets, empty for none. */
export const sayKinCopies = (copies: readonly KinCopy[]): string => {
  const byReplay = [...Map.groupBy(copies, ({ number }) => number).values()]
    .map((list) => list.toSorted((a, b) => (b.sentAtMs ?? 0) - (a.sentAtMs ?? 0)))
    .sort(([a], [b]) => (b?.number ?? 0) - (a?.number ?? 0))
  const said = byReplay.slice(0, namedCopies).flatMap((list) => {
    const [last] = list
    if (!last) return []
    const sent = last.sentAtMs === null ? 'not sent yet' : `sent ${sayMoment(last.sentAtMs)}`
    const ended =
      last.outcome === 'SETTLED' && last.outcomeAtMs !== null
        ? `, settled ${sayMoment(last.outcomeAtMs)}`
        : ''
    const which = list.length === 1 ? `as letter ${last.letterId}` : `${sayCount(list.length)}, the last`
    return [`by replay #${last.number} of ${last.by}, ${which}: ${sent}${ended}`]
  })
  if (said.length === 0) return ''
  const more = byReplay.length - said.length
  return ` (${said.join('; ')}${more > 0 ? `; and by ${sayCount(more)} more` : ''})`
}
