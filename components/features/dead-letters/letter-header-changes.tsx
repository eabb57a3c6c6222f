import type { HeaderDifference } from '#server/contracts/letter-origin.ts'
import { HeaderChangeTable } from '../../patterns/header-change-table.tsx'
import { formatCount } from '../../patterns/quantity.ts'

const words = { changed: 'changed', added: 'added', lost: 'lost' } as const

/** What the way to the dead-letter topic did to the headers of the message that died. */
export const HeaderChanges = ({
  changes,
  same,
}: {
  readonly changes: readonly HeaderDifference[]
  readonly same: number
}) => {
  const countOf = (kind: HeaderDifference['kind']) => changes.filter((one) => one.kind === kind).length
  const touched = changes.flatMap(({ kind, before, after }) =>
    kind === 'added' ? [] : [{ kind, before, after }],
  )
  const added = [
    ...new Set(changes.flatMap(({ kind, after }) => (kind === 'added' && after ? [after.name] : []))),
  ]
  return (
    <div className="border-t border-line">
      <h3 className="px-3 py-1.5 text-small text-muted">
        Headers on the way to the letter: {formatCount(same)} the same, {formatCount(countOf('changed'))}{' '}
        changed, {formatCount(countOf('lost'))} lost, {formatCount(countOf('added'))} added
      </h3>
      <HeaderChangeTable changes={touched} titles={['In the origin record', 'In the letter']} words={words} />
      {added.length === 0 ? null : (
        <p className="px-3 pt-0.5 pb-1.5 text-small text-muted">
          Added: <span className="font-mono wrap-anywhere">{added.join(', ')}</span>
        </p>
      )}
    </div>
  )
}
