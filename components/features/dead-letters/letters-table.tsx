'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { endpoints } from '#server/contracts/endpoints.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { letterColumns } from './letter-columns.tsx'
import { usePlanReplay } from './use-plan-replay.ts'

/** Letters of a failure group, newest first, to look at and to choose for a replay. */
export const LettersTable = ({
  connection,
  failureGroup,
}: {
  readonly connection: string
  readonly failureGroup: string
}) => {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const plan = usePlanReplay(connection)
  const query = useInfiniteQuery({
    queryKey: ['dead-letters', connection, failureGroup],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      callEndpoint(
        endpoints.listDeadLetters,
        {
          params: { connection },
          query: { failureGroup, limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        },
        signal,
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: false,
  })
  const letters = query.data?.pages.flatMap((page) => page.letters) ?? []
  const total = query.data?.pages[0]?.total ?? 0
  const problem = query.error ?? plan.error
  return (
    <Section
      title="Letters"
      padded={false}
      aside={
        <>
          <span>
            {formatCount(letters.length)} of {formatCount(total)}, newest first
          </span>
          {chosen.size > 0 ? (
            <Button
              kind="main"
              disabled={plan.isPending}
              onClick={() => plan.mutate({ letterIds: [...chosen] })}
            >
              Plan replay of {formatCount(chosen.size)}
            </Button>
          ) : null}
        </>
      }
    >
      {problem ? (
        <p role="alert" className="border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
          {problemOfError(problem).title}: {problemOfError(problem).detail}
        </p>
      ) : null}
      {query.data ? (
        <DataTable
          label="Dead letters"
          columns={letterColumns(connection)}
          rows={letters}
          rowKey={({ id }) => id}
          rowHref={({ id }) => routes.deadLetter(connection, id)}
          selection={{ chosen, onChange: setChosen }}
        />
      ) : (
        <TableSkeleton rows={6} />
      )}
      {query.hasNextPage ? (
        <div className="border-t border-line p-2">
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            Older letters
          </Button>
        </div>
      ) : null}
    </Section>
  )
}
