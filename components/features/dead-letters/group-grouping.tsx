'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { saySplit } from '#server/contracts/split-words.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { SplitForm } from './split-form.tsx'

const leads = {
  'merged-in': 'Took in',
  'split-off': 'Split off',
  'split-from': 'Split off from',
} as const

/** Merges and splits by hand that made a failure group what it is, each with its undoing; and splitting letters off. */
export const GroupGrouping = ({
  data,
  connection,
}: {
  readonly data: FailureGroupDetail
  readonly connection: string
}) => {
  const client = useQueryClient()
  const [isSplitting, setSplitting] = useState(false)
  const undo = useMutation({
    mutationFn: (id: string) => callEndpoint(endpoints.undoGroupChange, { params: { connection, id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['failure-groups'] }),
  })
  return (
    <Section
      title="Grouping"
      aside={
        <Link href={routes.failureGrouping(connection)} className="link">
          Rules
        </Link>
      }
    >
      {data.moving === null ? null : (
        <p role="status" className="mb-2 text-warning">
          Letters are still being moved after a change of the grouping: {formatCount(data.moving.looked)} of{' '}
          {formatCount(data.moving.total)} looked through.
        </p>
      )}
      {data.changes.length === 0 ? (
        <p className="text-muted">Its letters share one fingerprint; nobody has merged or split it.</p>
      ) : (
        <ul aria-label="Merges and splits" className="flex flex-col gap-2">
          {data.changes.map(({ id, role, other, condition, by, atMs }) => (
            <li key={id} className="flex items-start justify-between gap-2">
              <span className="min-w-0 wrap-anywhere">
                {leads[role]}{' '}
                {role === 'merged-in' ? (
                  other.title
                ) : (
                  <Link href={routes.failureGroup(connection, other.id)} className="link">
                    {other.title}
                  </Link>
                )}
                {condition === null ? null : `: letters ${saySplit(condition)}`}
                <span className="block text-small text-muted">
                  by {by}, <Time at={atMs} short />
                </span>
              </span>
              <Button size="small" disabled={undo.isPending} onClick={() => undo.mutate(id)}>
                Undo
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ProblemLine error={undo.error} className="mt-2" />
      {isSplitting ? (
        <SplitForm connection={connection} group={data} onEnd={() => setSplitting(false)} />
      ) : (
        <Button size="small" className="mt-2" onClick={() => setSplitting(true)}>
          Split letters off…
        </Button>
      )}
    </Section>
  )
}
