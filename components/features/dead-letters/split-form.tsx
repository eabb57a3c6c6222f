'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type FormEvent, useId, useState } from 'react'
import type { SplitCondition } from '#server/contracts/failure-grouping.ts'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { saySplit } from '#server/contracts/split-words.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

const empty = { message: '', topic: '', name: '', value: '' }

const conditionOf = ({ message, topic, name, value }: typeof empty): SplitCondition | null => {
  const condition = {
    ...(message.trim() === '' ? {} : { message: message.trim() }),
    ...(topic === '' ? {} : { topic }),
    ...(name.trim() === '' ? {} : { header: { name: name.trim(), value } }),
  }
  return Object.keys(condition).length === 0 ? null : condition
}

/** Asks which letters of a failure group are split off, shows how many those are, and does it. */
export const SplitForm = ({
  connection,
  group,
  onEnd,
}: {
  readonly connection: string
  readonly group: FailureGroupDetail
  readonly onEnd: () => void
}) => {
  const id = useId()
  const router = useRouter()
  const client = useQueryClient()
  const [fields, setFields] = useState(empty)
  const condition = conditionOf(fields)
  const params = { connection, id: group.id }
  const preview = useMutation({
    mutationFn: (wanted: SplitCondition) =>
      callEndpoint(endpoints.previewSplit, { params, body: { condition: wanted } }),
  })
  const split = useMutation({
    mutationFn: (wanted: SplitCondition) =>
      callEndpoint(endpoints.splitFailureGroup, { params, body: { condition: wanted } }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['failure-groups'] })
      onEnd()
      router.push(routes.failureGroup(connection, made.id))
    },
  })
  const set = (change: Partial<typeof empty>): void => {
    setFields({ ...fields, ...change })
    preview.reset()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (condition !== null) preview.mutate(condition)
  }
  const error = preview.error ?? split.error
  const found = preview.data
  return (
    <form onSubmit={submit} aria-label="Split letters off" className="mt-3 flex flex-col gap-2">
      <label htmlFor={`${id}-message`} className="flex flex-col gap-1">
        Message has
        <Input
          id={`${id}-message`}
          maxLength={300}
          placeholder="timeout of *"
          value={fields.message}
          onChange={({ target }) => set({ message: target.value })}
        />
      </label>
      {group.deadLetterTopics.length < 2 ? null : (
        <label htmlFor={`${id}-topic`} className="flex flex-col gap-1">
          Dead-letter topic
          <Select
            id={`${id}-topic`}
            value={fields.topic}
            onChange={({ target }) => set({ topic: target.value })}
          >
            <option value="">any</option>
            {group.deadLetterTopics.map((topic) => (
              <option key={topic}>{topic}</option>
            ))}
          </Select>
        </label>
      )}
      <div className="grid grid-cols-2 gap-2">
        <label htmlFor={`${id}-name`} className="flex min-w-0 flex-col gap-1">
          Header
          <Input
            id={`${id}-name`}
            maxLength={250}
            placeholder="app-version"
            value={fields.name}
            onChange={({ target }) => set({ name: target.value })}
            className="w-full font-mono"
          />
        </label>
        <label htmlFor={`${id}-value`} className="flex min-w-0 flex-col gap-1">
          is
          <Input
            id={`${id}-value`}
            maxLength={300}
            value={fields.value}
            onChange={({ target }) => set({ value: target.value })}
            className="w-full font-mono"
          />
        </label>
      </div>
      <p className="text-small text-muted">
        All that is named must fit; * stands for anything. Letters yet to come are split off, too.
      </p>
      {found === undefined ? null : (
        <div role="status">
          <p>
            {formatCount(found.matching)} of{' '}
            {found.isAll
              ? `its ${sayMany(found.lookedAt, 'letter')}`
              : `its ${sayMany(found.lookedAt, 'newest letter')}`}{' '}
            {condition === null ? 'fit' : saySplit(condition)}
            {found.gone === 0
              ? '.'
              : `; of ${formatCount(found.gone)} the record is deleted, so that nobody knows their headers: they stay.`}
          </p>
          <ul className="mt-1 text-small">
            {found.samples.map(({ letterId, message }) => (
              <li key={letterId} className="truncate">
                <Link href={routes.deadLetter(connection, letterId)} className="link">
                  {message ?? 'no message'}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      <ProblemLine error={error} />
      <div className="flex gap-2">
        {found !== undefined && found.matching > 0 && condition !== null ? (
          <Button kind="main" disabled={split.isPending} onClick={() => split.mutate(condition)}>
            {split.isPending
              ? 'Splitting…'
              : `Split ${found.isAll ? sayMany(found.matching, 'letter') : 'these letters'} off`}
          </Button>
        ) : (
          <Button type="submit" disabled={condition === null || preview.isPending}>
            {preview.isPending ? 'Looking…' : 'Look which letters fit'}
          </Button>
        )}
        <Button kind="bare" onClick={onEnd}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
