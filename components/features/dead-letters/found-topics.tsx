'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import type { FoundTopic } from '#server/contracts/letter-topics.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'

type Decide = (topic: string, decision: 'accepted' | 'refused') => void

const columns = (connection: string, isBusy: boolean, decide: Decide): readonly Column<FoundTopic>[] => [
  {
    id: 'topic',
    header: 'Topic',
    width: 'minmax(128px, 1fr)',
    mono: true,
    cell: ({ topic }) => (
      <Link href={routes.topic(connection, topic)} className="link">
        {topic}
      </Link>
    ),
  },
  { id: 'standing', header: 'Letters', width: '124px', cell: standingOf },
  {
    id: 'why',
    header: 'Why',
    width: 'minmax(150px, 3fr)',
    cell: ({ why, origins }) => {
      const all = `${why}${origins.length === 0 ? '' : ` They died in ${origins.join(', ')}.`}`
      return <span title={all}>{all}</span>
    },
  },
  {
    id: 'since',
    header: 'Since',
    width: '112px',
    isSecondary: true,
    mono: true,
    cell: ({ since }) => <Time at={since} compact />,
  },
  {
    id: 'decide',
    header: 'Decide',
    width: '280px',
    cell: ({ topic, decision, isRead }) => (
      <span className="flex gap-1.5">
        {isRead ? null : (
          <Button size="small" disabled={isBusy} onClick={() => decide(topic, 'accepted')}>
            Read its letters
          </Button>
        )}
        {decision === 'refused' ? null : (
          <Button size="small" disabled={isBusy} onClick={() => decide(topic, 'refused')}>
            Holds no dead letters
          </Button>
        )}
      </span>
    ),
  },
]

function standingOf({ decision, decidedBy, isRead }: FoundTopic) {
  if (decision !== null)
    return (
      <span className="text-muted">
        {decision === 'accepted' ? 'read' : 'not read'}, said {decidedBy}
      </span>
    )
  return isRead ? 'read by itself' : <span className="text-warning">not read: to decide</span>
}

/** Dead-letter topics that were found by what their records carry, with why, and what an operator said about topics. */
export const FoundTopics = ({ connection }: { readonly connection: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.listFoundTopics, { params: { connection } }),
    refetchInterval: 10_000,
  })
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: ({ topic, decision }: { topic: string; decision: 'accepted' | 'refused' }) =>
      callEndpoint(endpoints.decideTopic, { params: { connection, topic }, body: { decision } }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['dead-letter-topics'] }),
        client.invalidateQueries({ queryKey: ['failure-groups'] }),
      ]),
  })
  const topics = query.data?.topics ?? []
  if (topics.length === 0) return null
  return (
    <Section
      title="Dead-letter topics found by their records"
      padded={false}
      aside={<span>their names do not tell; a sample of their newest records does</span>}
    >
      <ProblemLine error={change.error} className="px-3 py-1.5" />
      <DataTable
        label="Dead-letter topics found by their records"
        columns={columns(connection, change.isPending, (topic, decision) =>
          change.mutate({ topic, decision }),
        )}
        rows={topics}
        rowKey={({ topic }) => topic}
      />
    </Section>
  )
}
