'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pencil, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import type { SavedSearch } from '#server/contracts/saved-searches.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { readTopicSet, topicSetWords } from './topic-set.ts'

/** Where a saved search opens: on the page of its topic, or of several. */
const addressOf = (connection: string, { topics, search, order, isolation }: SavedSearch): string => {
  const query = {
    search,
    ...(order === 'newest' ? {} : { order }),
    ...(isolation === 'committed' ? {} : { isolation }),
  }
  const [only, ...others] = readTopicSet(topics) ?? []
  return only !== undefined && others.length === 0
    ? routes.topic(connection, only, query)
    : routes.messages(connection, { ...query, ...(only === undefined ? {} : { topics }) })
}

/** One saved search: opens by its name; renamed in its place; deleted, with its way back. */
export const SavedSearchRow = ({
  connection,
  saved,
  isDeleted,
  onOpened,
  onDeleted,
}: {
  readonly connection: string
  readonly saved: SavedSearch
  readonly isDeleted: boolean
  readonly onOpened: () => void
  readonly onDeleted: () => void
}) => {
  const client = useQueryClient()
  const [name, setName] = useState<string | null>(null)
  const params = { connection, id: saved.id }
  const change = useMutation({
    mutationFn: (
      how: { readonly kind: 'rename'; readonly name: string } | { readonly kind: 'delete' | 'restore' },
    ) =>
      how.kind === 'rename'
        ? callEndpoint(endpoints.renameSearch, { params, body: { name: how.name } })
        : how.kind === 'delete'
          ? callEndpoint(endpoints.deleteSearch, { params })
          : callEndpoint(endpoints.restoreSearch, { params }),
    onSuccess: async (_, { kind }) => {
      setName(null)
      if (kind === 'delete') onDeleted()
      await client.invalidateQueries({ queryKey: ['searches'] })
    },
  })
  const problem = change.error ? (
    <p role="alert" className="px-2 pb-1 text-small text-critical">
      {problemOfError(change.error).detail}
    </p>
  ) : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name !== null && name.trim() !== '') change.mutate({ kind: 'rename', name })
  }
  if (isDeleted)
    return (
      <li>
        <div role="status" className="flex h-9 items-center gap-2 px-2 text-muted">
          <span className="min-w-0 flex-1 truncate">Deleted {saved.name}.</span>
          <Button size="small" disabled={change.isPending} onClick={() => change.mutate({ kind: 'restore' })}>
            Undo
          </Button>
        </div>
        {problem}
      </li>
    )
  if (name !== null)
    return (
      <li>
        <form onSubmit={submit} className="flex items-center gap-2 px-2 py-1">
          <Input
            autoFocus
            aria-label={`New name of ${saved.name}`}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
            className="min-w-0 flex-1"
          />
          <Button type="submit" size="small" disabled={name.trim() === '' || change.isPending}>
            Rename
          </Button>
          <Button kind="bare" size="small" onClick={() => setName(null)}>
            Keep
          </Button>
        </form>
        {problem}
      </li>
    )
  return (
    <li>
      <div className="flex items-center gap-1 rounded-small px-2 py-1 hover:bg-hover">
        <Link
          href={addressOf(connection, saved)}
          onClick={onOpened}
          className="min-w-0 flex-1"
          title={`${saved.search} in ${saved.topics}`}
        >
          <span className="block truncate font-strong">{saved.name}</span>
          <span className="block truncate text-small text-muted">
            <code className="font-mono">{saved.search}</code> in {topicSetWords(readTopicSet(saved.topics))} ·{' '}
            {saved.savedBy}, <Time at={saved.savedAt} short />
          </span>
        </Link>
        <Button
          kind="bare"
          size="small"
          aria-label={`Rename ${saved.name}`}
          onClick={() => setName(saved.name)}
        >
          <Pencil aria-hidden size={13} />
        </Button>
        <Button
          kind="bare"
          size="small"
          aria-label={`Delete ${saved.name}`}
          disabled={change.isPending}
          onClick={() => change.mutate({ kind: 'delete' })}
        >
          <Trash2 aria-hidden size={13} />
        </Button>
      </div>
      {problem}
    </li>
  )
}
