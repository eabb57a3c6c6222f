import type { HeaderDifference } from '#server/contracts/letter-origin.ts'
import type { HeaderView } from '#server/contracts/messages.ts'
import { formatCount } from '../../patterns/quantity.ts'

const longestText = 160
const Text = ({ header }: { readonly header: HeaderView | null }) =>
  header === null ? (
    <span className="text-faint">–</span>
  ) : header.text === null ? (
    <span className="text-faint">null</span>
  ) : header.text === '' ? (
    <span className="text-faint">empty</span>
  ) : (
    <span title={header.text}>
      {header.text.length > longestText ? `${header.text.slice(0, longestText)}…` : header.text}
    </span>
  )

const tones = { changed: 'text-warning', lost: 'text-critical' } as const

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
      {touched.length === 0 ? null : (
        <table className="w-full table-fixed text-left text-small">
          <thead className="text-muted">
            <tr className="border-y border-line">
              <th className="w-[34%] px-3 py-1 font-normal">Header</th>
              <th className="w-20 px-2 py-1 font-normal">Change</th>
              <th className="px-2 py-1 font-normal">In the origin record</th>
              <th className="px-3 py-1 font-normal">In the letter</th>
            </tr>
          </thead>
          <tbody className="font-mono">
            {touched.map(({ kind, before, after }, index) => (
              <tr key={index} className="border-b border-line align-top last:border-b-0">
                <td className="px-3 py-1 break-all">{(after ?? before)?.name}</td>
                <td className={`px-2 py-1 font-sans ${tones[kind]}`}>{kind}</td>
                <td className="px-2 py-1 break-all">
                  <Text header={before} />
                </td>
                <td className="px-3 py-1 break-all">
                  <Text header={after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {added.length === 0 ? null : (
        <p className="px-3 pt-0.5 pb-1.5 text-small text-muted">
          Added: <span className="font-mono break-all">{added.join(', ')}</span>
        </p>
      )}
    </div>
  )
}
