'use client'
import { X } from 'lucide-react'
import { type FormEvent, type ReactNode, useId } from 'react'
import {
  doubtfulWords,
  formatSearch,
  formatTerm,
  parseSearch,
  searchFields,
} from '#server/contracts/message-search.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { useTyped } from '../use-typed.ts'

/**
 * The search over the messages of a topic: words and `field:value` terms. What can not be read is said as it is typed,
 * with its character; terms in force stand below, each with its way out.
 */
export const MessageSearch = ({
  search,
  onSearch,
  isSearching,
  onCancel,
  children,
}: {
  readonly search: string
  /** Called with the same search too: it is then to be run again. */
  readonly onSearch: (search: string) => void
  readonly isSearching: boolean
  readonly onCancel: () => void
  /** What stands behind the buttons: the report of the scan. */
  readonly children?: ReactNode
}) => {
  const [typed, setTyped] = useTyped(search)
  const helpId = useId()
  const parsed = parseSearch(typed)
  const doubtful = parsed.ok ? doubtfulWords(parsed.terms) : []
  const inForce = parseSearch(search)
  const terms = inForce.ok ? inForce.terms : []
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (parsed.ok) onSearch(typed.trim())
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <Input
          data-filter
          aria-label="Search messages"
          aria-invalid={!parsed.ok}
          aria-describedby={helpId}
          placeholder="Text, key:order-4711, header:tenant=acme  /"
          value={typed}
          maxLength={1_000}
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          className="max-w-[420px] min-w-0 grow basis-64 font-mono text-small [font-variant-ligatures:none]"
        />
        {/* Two buttons, not one that changes: else the click that cancels would submit what it has become. Of one width: nothing moves. */}
        {isSearching ? (
          <Button
            key="cancel"
            type="button"
            aria-label="Cancel search"
            className="min-w-[72px] justify-center"
            onClick={onCancel}
          >
            Cancel
          </Button>
        ) : (
          <Button key="search" type="submit" disabled={!parsed.ok} className="min-w-[72px] justify-center">
            Search
          </Button>
        )}
        {children}
      </div>
      <div id={helpId} className="flex min-h-6 flex-wrap items-center gap-1.5 text-small text-muted">
        {parsed.ok ? null : (
          <span role="alert" className="text-critical">
            Character {parsed.problem.at + 1}: {parsed.problem.message}.
          </span>
        )}
        {doubtful.length > 0 ? (
          <span className="text-warning">
            There is no field named {doubtful.join(', ')}: it is looked for as text.
          </span>
        ) : null}
        {terms.map((term, index) => (
          <span
            key={`${index} ${formatTerm(term)}`}
            className="inline-flex max-w-80 items-center gap-1 rounded-small border border-line bg-panel pl-1.5 font-mono"
          >
            <span className="truncate" title={formatTerm(term)}>
              {formatTerm(term)}
            </span>
            <button
              type="button"
              aria-label={`Without ${formatTerm(term)}`}
              className="flex size-5 items-center justify-center rounded-small hover:bg-hover hover:text-text"
              onClick={() => onSearch(formatSearch(terms.filter((_, place) => place !== index)))}
            >
              <X aria-hidden size={12} />
            </button>
          </span>
        ))}
        {/* Not with the focus: what goes when a field is left moves the rows under a click. */}
        {parsed.ok && terms.length === 0 ? (
          <span className="truncate">
            Words are looked for in key, value and headers, as they are written; a dash turns a term round.
            Fields:{' '}
            {Object.entries(searchFields).map(([name, meaning], index) => (
              <span key={name} title={meaning}>
                {index === 0 ? '' : ' '}
                <code className="font-mono">{name}:</code>
              </span>
            ))}
          </span>
        ) : null}
      </div>
    </form>
  )
}
