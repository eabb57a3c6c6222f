'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, X } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Input } from '../../ui/input.tsx'
import { topicSetWords } from './topic-set.ts'

const shownAtOnce = 200

/** Which topics are searched: all, or a set of them by name. */
export const TopicChoice = ({
  connection,
  topics,
  onChoose,
}: {
  readonly connection: string
  /** Null: all. */
  readonly topics: readonly string[] | null
  readonly onChoose: (topics: readonly string[] | null) => void
}) => {
  const [isOpen, setIsOpen] = useState(false)
  const words = topicSetWords(topics)
  return (
    <>
      <Button
        aria-haspopup="dialog"
        title={topics?.join(', ') ?? 'All topics but internal ones'}
        className="max-w-72"
        onClick={() => setIsOpen(true)}
      >
        <span className="truncate">In {words}</span> <ChevronDown aria-hidden size={13} />
      </Button>
      {isOpen ? (
        <ChoiceDialog
          connection={connection}
          topics={topics}
          onClose={() => setIsOpen(false)}
          onChoose={(next) => {
            setIsOpen(false)
            onChoose(next)
          }}
        />
      ) : null}
    </>
  )
}

const ChoiceDialog = ({
  connection,
  topics,
  onClose,
  onChoose,
}: {
  readonly connection: string
  readonly topics: readonly string[] | null
  readonly onClose: () => void
  readonly onChoose: (topics: readonly string[] | null) => void
}) => {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(topics ?? []))
  const [filter, setFilter] = useState('')
  const q = useDeferredValue(filter.trim())
  const query = useQuery({
    ...endpointQuery(endpoints.listTopics, { params: { connection }, query: { q, limit: shownAtOnce } }),
    refetchInterval: false,
  })
  const listed = query.data?.data
  const names = listed?.topics.map(({ name }) => name) ?? []
  const toggle = (name: string): void => {
    const next = new Set(chosen)
    if (!next.delete(name)) next.add(name)
    setChosen(next)
  }
  return (
    <Dialog open onOpenChange={onClose} title="Topics to search">
      <div className="flex flex-col gap-3 p-4">
        <Input
          autoFocus
          aria-label="Filter topics by name"
          placeholder="Filter by name"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {chosen.size > 0 ? (
          <ul aria-label="Chosen topics" className="flex max-h-24 flex-wrap gap-1.5 overflow-y-auto">
            {[...chosen].map((name) => (
              <li
                key={name}
                className="inline-flex max-w-64 items-center gap-1 rounded-small border border-line bg-selected pl-1.5 font-mono text-small"
              >
                <span className="truncate" title={name}>
                  {name}
                </span>
                <button
                  type="button"
                  aria-label={`Without ${name}`}
                  className="flex size-5 items-center justify-center rounded-small hover:bg-hover"
                  onClick={() => toggle(name)}
                >
                  <X aria-hidden size={12} />
                </button>
              </li>
            ))}
          </ul>
        ) : null}
        <div
          role="group"
          aria-label="Topics"
          className="h-72 overflow-y-auto rounded-base border border-line"
        >
          {query.error ? (
            <p role="alert" className="p-3 text-warning">
              The topics could not be listed: {problemOfError(query.error).detail}
            </p>
          ) : listed && names.length === 0 ? (
            <p className="p-3 text-muted">
              {q === '' ? 'This cluster has no topics.' : `No topic’s name holds “${q}”.`}
            </p>
          ) : (
            names.map((name) => (
              <label
                key={name}
                className="flex h-7 items-center gap-2 px-3 font-mono text-small hover:bg-hover"
                title={name}
              >
                <input
                  type="checkbox"
                  className="size-3.5 shrink-0 accent-accent"
                  checked={chosen.has(name)}
                  onChange={() => toggle(name)}
                />
                <span className="truncate">{name}</span>
              </label>
            ))
          )}
        </div>
        <div className="flex items-center gap-2">
          <span className="mr-auto text-small text-muted">
            {listed && listed.total > names.length
              ? `${formatCount(names.length)} of ${formatCount(listed.total)} shown; filter for the others`
              : ''}
          </span>
          <Button onClick={() => onChoose(null)}>
            Search all{listed ? ` ${formatCount(listed.unfilteredTotal)}` : ''} topics
          </Button>
          <Button kind="main" disabled={chosen.size === 0} onClick={() => onChoose([...chosen].sort())}>
            Search {sayMany(chosen.size, 'topic')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
