'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { nameOfGroup } from './failure-words.ts'

/** Makes chosen failure groups one: which of them takes the others in is asked, the largest unless another is named. */
export const MergeBar = ({
  connection,
  groups,
  onEnd,
}: {
  readonly connection: string
  readonly groups: readonly FailureGroupRow[]
  readonly onEnd: () => void
}) => {
  const router = useRouter()
  const client = useQueryClient()
  const sorted = [...groups].sort((a, b) => b.count - a.count)
  const [named, setNamed] = useState<string | null>(null)
  const into = sorted.find(({ id }) => id === named) ?? sorted[0]
  const merge = useMutation({
    mutationFn: (target: string) =>
      callEndpoint(endpoints.mergeFailureGroups, {
        params: { connection },
        body: { groups: groups.map(({ id }) => id).filter((id) => id !== target), into: target },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['failure-groups'] })
      onEnd()
      router.push(routes.failureGroup(connection, id))
    },
  })
  const letters = groups.reduce((sum, { count }) => sum + count, 0)
  return (
    <div
      role="group"
      aria-label="Merge failure groups"
      className="flex flex-wrap items-center gap-2 rounded-base border border-line bg-panel px-3 py-1.5"
    >
      {groups.length < 2 || into === undefined ? (
        <span className="text-muted">Choose a second failure group to make them one.</span>
      ) : (
        <>
          <label className="flex min-w-0 items-center gap-2">
            Merge {sayMany(groups.length, 'group')} into
            <Select value={into.id} onChange={({ target }) => setNamed(target.value)} className="max-w-96">
              {sorted.map((group) => (
                <option key={group.id} value={group.id}>
                  {nameOfGroup(group)} ({formatCount(group.count)})
                </option>
              ))}
            </Select>
          </label>
          <Button disabled={merge.isPending} onClick={() => merge.mutate(into.id)}>
            {merge.isPending ? 'Merging…' : `Merge ${sayMany(letters, 'letter')}`}
          </Button>
          <span className="text-small text-muted">
            Letters yet to come go there, too. Its page takes the merge back.
          </span>
        </>
      )}
      <Button kind="bare" onClick={onEnd}>
        Choose none
      </Button>
      <ProblemLine error={merge.error} className="w-full" />
    </div>
  )
}
