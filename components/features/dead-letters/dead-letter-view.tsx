'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { RetryChain } from '../../patterns/retry-chain.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Status } from '../../patterns/status.tsx'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { DiedAt } from './died-at.tsx'
import { LetterKeyStory } from './letter-key-story.tsx'
import { LetterMoment } from './letter-moment.tsx'
import { LetterCause, LetterOrigin } from './letter-sections.tsx'
import { LetterStanding } from './letter-standing.tsx'
import { TraceLink } from './letter-trace-link.tsx'
import { usePlanReplay } from './use-plan-replay.ts'

/** A key of 1,000 characters is no title: its beginning is one, and the whole stands in the story of the key. */
const longestTitle = 200

const visibleKey = ({ keyText }: DeadLetterRow): string | null =>
  keyText === null || keyText.trim() === ''
    ? null
    : keyText.length > longestTitle
      ? `${keyText.slice(0, longestTitle)}…`
      : keyText

/** One dead letter: why it died, its payload and headers, and the record that died beside it. */
export const DeadLetterView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showDeadLetter, { params: { connection, id } }),
    refetchInterval: false,
  })
  const plan = usePlanReplay(connection)
  const letter = query.data?.letter
  const isLost = query.data?.rehydration?.state === 'unrecoverable'
  const connections = useQuery(endpointQuery(endpoints.listConnections)).data?.connections
  const mayEdit = (connections?.find((one) => one.id === connection)?.editing ?? 'off') !== 'off'
  return (
    <PageShell
      title={letter ? (visibleKey(letter) ?? `${letter.topic} ${letter.position}`) : `Dead letter ${id}`}
      mono
      meta={
        letter ? (
          <>
            <span>{shortClass(letter.errorClass) ?? 'Unknown error'}</span>
            <span className="font-mono text-small">
              {letter.topic} {letter.position}
            </span>
            <span>
              died <DiedAt letter={letter} relative />
            </span>
            {letter.attempts === null ? null : <span>{sayMany(letter.attempts, 'attempt')}</span>}
            {letter.earlierDeaths > 0 ? <span>died {letter.earlierDeaths + 1} times</span> : null}
            {isLost ? (
              <span className="text-critical">unrecoverable</span>
            ) : letter.isPointer ? (
              <span>no payload: a pointer</span>
            ) : null}
            {query.data?.parked ? (
              <Link
                href={routes.replay(connection, query.data.parked.replayId)}
                className="link"
                title={`It waited at ${query.data.parked.from}`}
              >
                parked by hand by replay #{query.data.parked.number}
              </Link>
            ) : null}
            {letter.lastReplay ? (
              <LinkButton href={routes.replay(connection, letter.lastReplay.replayId)} size="small">
                <Status of="outcome" value={letter.lastReplay.outcome} />
              </LinkButton>
            ) : null}
          </>
        ) : null
      }
      actions={
        letter ? (
          <>
            <LinkButton href={routes.failureGroup(connection, letter.failureGroupId)}>
              Failure group
            </LinkButton>
            {query.data?.trace ? <TraceLink connection={connection} trace={query.data.trace} /> : null}
            {mayEdit && !isLost ? (
              <LinkButton href={routes.editLetter(connection, id)}>Edit and replay…</LinkButton>
            ) : null}
            {isLost ? null : (
              <Button kind="main" disabled={plan.isPending} onClick={() => plan.mutate({ letterIds: [id] })}>
                Replay 1…
              </Button>
            )}
          </>
        ) : null
      }
    >
      <ProblemLine error={plan.error} look="box" />
      {letter ? <RetryChain connection={connection} topic={letter.topic} keepsPlace /> : null}
      {letter ? <LetterStanding connection={connection} letter={letter} isLost={isLost} /> : null}
      <QueryPanel
        query={query}
        list={listLinks.failureGroups(connection)}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,1fr) minmax(0,1fr)"
            sections={[
              [
                ['Why it died', 7],
                ['Dead letter: value', 10],
              ],
              [
                ['Stack', 8],
                ['Origin record', 10],
              ],
            ]}
          />
        }
        degraded={({ degraded }) => degraded}
      >
        {(data) => (
          <div className="grid grid-cols-2 gap-3 max-[1100px]:grid-cols-1">
            {/* On a narrow page the stack comes after the cause, and the headers, which are many, after both records. */}
            <div className="flex min-w-0 flex-col gap-3 max-[1100px]:contents">
              <LetterCause data={data} connection={connection} />
              <div className="min-w-0 max-[1100px]:order-5">
                <LetterMoment connection={connection} id={id} />
              </div>
            </div>
            <LetterOrigin data={data} connection={connection} />
            <div className="col-span-full min-w-0 max-[1100px]:order-6">
              <LetterKeyStory connection={connection} id={id} />
            </div>
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}
