'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import type { AuditChain } from '#server/contracts/audit.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { Copyable } from '../../patterns/copyable.tsx'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'

/** Whether the chain of all entries is unbroken, since when, and when that was checked. */
export const ChainState = ({ connection }: { readonly connection: string }) => {
  const options = endpointQuery(endpoints.checkAudit, { query: {} })
  const query = useQuery({ ...options, refetchInterval: false })
  const client = useQueryClient()
  const again = useMutation({
    mutationFn: () => callEndpoint(endpoints.checkAudit, { query: { again: 'true' } }),
    onSuccess: (found) => client.setQueryData(options.queryKey, found),
  })
  return (
    <Section
      title="Chain of entries"
      aside={
        <>
          {query.data ? (
            <span>
              checked <Ago at={query.data.checkedAtMs} />
            </span>
          ) : null}
          <Button size="small" disabled={again.isPending || query.isPending} onClick={() => again.mutate()}>
            {again.isPending ? 'Checking…' : 'Check again'}
          </Button>
        </>
      }
    >
      <ProblemLine error={again.error} className="mb-2" />
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={2} />}>
        {(chain) => <ChainWords chain={chain} connection={connection} />}
      </QueryPanel>
    </Section>
  )
}

const ChainWords = ({ chain, connection }: { readonly chain: AuditChain; readonly connection: string }) => {
  const { entries, firstAtMs, chainedAtMs, foundEntries, lastHash, broken } = chain
  const count = sayMany(entries, 'entry', 'entries')
  return (
    <div className="flex flex-col gap-1" aria-live="polite">
      <p className="flex flex-wrap items-center gap-x-2">
        <Status of="chain" value={broken === null ? 'unbroken' : 'broken'} />
        {broken === null ? (
          <span>
            {firstAtMs === null ? (
              'Nothing has been written yet.'
            ) : (
              <>
                since <Time at={firstAtMs} short />: {count}, each as it was written and none missing.
              </>
            )}
          </span>
        ) : (
          <span role="alert" className="text-critical">
            {broken.sentence} {count} in all.{' '}
            {broken.entryId === '0' ? null : (
              <Link href={routes.audit(connection, { entry: broken.entryId })} className="underline">
                Show entry {broken.entryId}
              </Link>
            )}
          </span>
        )}
      </p>
      <p className="text-small text-muted">
        {entries === 0 ? null : (
          <>
            Kept elsewhere, the last hash proves an export later:{' '}
            <Copyable
              text={lastHash}
              what="hash of the last entry"
              shown={`${lastHash.slice(0, 16)}…`}
            />{' '}
          </>
        )}
        {foundEntries === 0 ? null : (
          <>
            The oldest {sayMany(foundEntries, 'was', 'were')} chained as found on{' '}
            <Time at={chainedAtMs} short />.
          </>
        )}
      </p>
    </div>
  )
}
