import type { HeaderView } from '#server/contracts/messages.ts'

/** Longer texts may scroll, and what scrolls must be reachable by keyboard. */
const scrollsFrom = 200

/** Headers in the order of the record, duplicates and nulls included, known ones explained. */
export const HeaderList = ({ headers }: { readonly headers: readonly HeaderView[] }) => {
  if (headers.length === 0) return <p className="p-3 text-muted">No headers.</p>
  return (
    <ol className="divide-y divide-line">
      {headers.map(({ name, text, encoding, meaning }, index) => (
        <li key={index} className="grid grid-cols-[minmax(160px,2fr)_minmax(0,3fr)] gap-x-4 px-3 py-1">
          <div className="min-w-0">
            <div className="font-mono text-small wrap-anywhere">
              {name === '' ? <span className="text-faint">(empty name)</span> : name}
            </div>
            {meaning === null || meaning === '' ? null : (
              <div className="text-small text-faint">{meaning}</div>
            )}
          </div>
          <div
            className="max-h-40 min-w-0 overflow-auto font-mono text-small wrap-anywhere whitespace-pre-wrap"
            {...((text?.length ?? 0) > scrollsFrom ? { tabIndex: 0, role: 'group', 'aria-label': name } : {})}
          >
            {text === null ? (
              <span className="text-faint">null</span>
            ) : text === '' ? (
              <span className="text-faint">empty</span>
            ) : (
              text
            )}
            {encoding === 'text' || encoding === 'null' ? null : (
              <span className="ml-2 text-faint">{encoding}</span>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}
