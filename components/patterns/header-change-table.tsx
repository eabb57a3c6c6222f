import type { HeaderView } from '#server/contracts/messages.ts'

/** A header that is not the same on both sides. */
type HeaderChange = {
  readonly kind: 'changed' | 'added' | 'lost'
  readonly before: HeaderView | null
  readonly after: HeaderView | null
}

const tones = { changed: 'text-warning', added: 'text-ok', lost: 'text-critical' } as const

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

/** Headers that differ between two records. `titles` name the two, `words` the kinds of change. */
export const HeaderChangeTable = ({
  changes,
  titles: [before, after],
  words,
}: {
  readonly changes: readonly HeaderChange[]
  readonly titles: readonly [before: string, after: string]
  readonly words: Readonly<Record<HeaderChange['kind'], string>>
}) =>
  changes.length === 0 ? null : (
    <table className="w-full table-fixed text-left text-small">
      <thead className="text-muted">
        <tr className="border-y border-line">
          <th className="w-[32%] px-3 py-1 font-normal">Header</th>
          <th className="w-20 px-2 py-1 font-normal">Change</th>
          <th className="px-2 py-1 font-normal">{before}</th>
          <th className="px-3 py-1 font-normal">{after}</th>
        </tr>
      </thead>
      <tbody className="font-mono">
        {changes.map((change, index) => (
          <tr key={index} className="border-b border-line align-top last:border-b-0">
            <td className="px-3 py-1 break-all">{(change.after ?? change.before)?.name}</td>
            <td className={`px-2 py-1 font-sans ${tones[change.kind]}`}>{words[change.kind]}</td>
            <td className="px-2 py-1 break-all">
              <Text header={change.before} />
            </td>
            <td className="px-3 py-1 break-all">
              <Text header={change.after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
