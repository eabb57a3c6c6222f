'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bookmark } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { NewSavedSearch, SavedSearch } from '#server/contracts/saved-searches.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Popover } from '../../ui/popover.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SavedSearchRow } from './saved-search-row.tsx'
import { readTopicSet, topicSetWords } from './topic-set.ts'

type Current = Omit<NewSavedSearch, 'name'>

/** Searches kept by name, for all who use the connection: save the one at hand, open, rename or delete one. */
export const SavedSearches = ({
  connection,
  current,
}: {
  readonly connection: string
  readonly current: Current
}) => {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Popover
      open={isOpen}
      onOpenChange={setIsOpen}
      label="Saved searches"
      trigger={
        <Button title="Searches kept by name, for all who use this connection">
          <Bookmark aria-hidden size={13} /> Saved
        </Button>
      }
    >
      <SaveForm connection={connection} current={current} />
      <List connection={connection} onOpened={() => setIsOpen(false)} />
    </Popover>
  )
}

const SaveForm = ({ connection, current }: { readonly connection: string; readonly current: Current }) => {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const save = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.saveSearch, { params: { connection }, body: { ...current, name } }),
    onSuccess: async () => {
      setName('')
      await client.invalidateQueries({ queryKey: ['searches'] })
    },
  })
  const canSave = name.trim() !== '' && !save.isPending
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (canSave) save.mutate()
  }
  if (current.search === '')
    return (
      <p className="border-b border-line p-3 text-muted">
        Search for something, and it can be saved here by name. A pasted address opens a search too.
      </p>
    )
  return (
    <form onSubmit={submit} className="flex flex-col gap-1.5 border-b border-line p-3">
      <p className="truncate text-small text-muted">
        <code className="font-mono">{current.search}</code> in {topicSetWords(readTopicSet(current.topics))}
      </p>
      <div className="flex gap-2">
        <Input
          autoFocus
          aria-label="Name of this search"
          placeholder="Name, for example Declined cards"
          maxLength={80}
          value={name}
          onChange={(event) => {
            setName(event.target.value)
            save.reset()
          }}
          className="min-w-0 flex-1"
        />
        <Button type="submit" kind="main" disabled={!canSave}>
          Save search
        </Button>
      </div>
      {save.error ? (
        <p role="alert" className="text-small text-critical">
          {problemOfError(save.error).detail}
        </p>
      ) : null}
    </form>
  )
}

const List = ({ connection, onOpened }: { readonly connection: string; readonly onOpened: () => void }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.listSearches, { params: { connection } }),
    refetchInterval: false,
  })
  // What was deleted here stays in its place, to be brought back.
  const [deleted, setDeleted] = useState<readonly SavedSearch[]>([])
  const listed = query.data?.searches ?? []
  const shown = [...listed, ...deleted.filter(({ id }) => listed.every((one) => one.id !== id))].sort(
    (a, b) => a.name.localeCompare(b.name),
  )
  if (query.error && query.data === undefined)
    return (
      <p role="alert" data-state="unreachable" className="flex items-center gap-2 p-3 text-warning">
        <span className="min-w-0 flex-1">
          The saved searches could not be listed: {problemOfError(query.error).detail}
        </span>
        <Button size="small" onClick={() => void query.refetch()}>
          Try again
        </Button>
      </p>
    )
  if (query.data === undefined)
    return (
      <div aria-busy data-state="loading" className="flex flex-col gap-2 p-3">
        <Skeleton className="w-48" />
        <Skeleton className="w-64" />
      </div>
    )
  if (shown.length === 0)
    return (
      <p data-state="empty" className="p-3 text-muted">
        No search is saved yet on this connection.
      </p>
    )
  return (
    <>
      <ul aria-label="Saved searches" className="max-h-80 overflow-y-auto p-1.5">
        {shown.map((one) => (
          <SavedSearchRow
            key={one.id}
            connection={connection}
            saved={one}
            isDeleted={listed.every(({ id }) => id !== one.id)}
            onOpened={onOpened}
            onDeleted={() => setDeleted((old) => [...old.filter(({ id }) => id !== one.id), one])}
          />
        ))}
      </ul>
      {query.data.isCut ? (
        <p className="border-t border-line px-3 py-1.5 text-small text-muted">
          The first {listed.length} by name. Delete what nobody needs to see the others.
        </p>
      ) : null}
    </>
  )
}
