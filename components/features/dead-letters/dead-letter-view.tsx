'use client'
import { useQuery } from '@tanstack/react-query'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import type { Outcome } from '#server/contracts/replays.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { HeaderList } from '../../patterns/header-list.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { PayloadView } from '../../patterns/payload-view.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { StackView } from '../../patterns/stack-view.tsx'
import { Status } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { shortClass } from './failure-words.ts'
import { usePlanReplay } from './use-plan-replay.ts'

const fieldNames: Readonly<Record<string, string>> = {
  originTopic: 'Origin topic',
  originPartition: 'Origin partition',
  originOffset: 'Origin offset',
  originTimestamp: 'Origin timestamp',
  group: 'Group',
  errorClass: 'Error class',
  causeClass: 'Cause class',
  message: 'Message',
}

/** One dead letter: why it died, its payload and headers, and the record that died beside it. */
export const DeadLetterView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showDeadLetter, { params: { connection, id } }),
    refetchInterval: false,
  })
  const plan = usePlanReplay(connection)
  const letter = query.data?.letter
  return (
    <PageShell
      title={letter ? (letter.keyText ?? `${letter.topic} ${letter.position}`) : `Dead letter ${id}`}
      mono
      meta={
        letter ? (
          <>
            <span>{shortClass(letter.errorClass) ?? 'Unknown error'}</span>
            <span className="font-mono text-small">
              {letter.topic} {letter.position}
            </span>
            <span>
              died <Time at={letter.diedAt} relative />
            </span>
            {letter.attempts === null ? null : <span>{letter.attempts} attempts</span>}
            {letter.lastReplay ? (
              <LinkButton href={routes.replay(connection, letter.lastReplay.replayId)} className="h-6">
                <Status of="outcome" value={letter.lastReplay.outcome as Outcome} />
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
            {letter.traceId === null ? null : (
              <LinkButton href={routes.trace(connection, letter.traceId)}>Open trace</LinkButton>
            )}
            <Button kind="main" disabled={plan.isPending} onClick={() => plan.mutate({ letterIds: [id] })}>
              Replay 1…
            </Button>
          </>
        ) : null
      }
    >
      {plan.error ? (
        <p
          role="alert"
          className="rounded-base border border-critical-line bg-critical-bg px-3 py-1.5 text-critical"
        >
          {problemOfError(plan.error).title}: {problemOfError(plan.error).detail}
        </p>
      ) : null}
      <QueryPanel
        query={query}
        skeleton={<TableSkeleton rows={14} columns={3} />}
        degraded={({ degraded }) => degraded}
      >
        {(data) => (
          <div className="grid grid-cols-2 gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              <Failure data={data} />
              <Section title="Dead letter: value" padded={false}>
                {data.record ? (
                  <PayloadView side={data.record.value} label="Value" hotkey />
                ) : (
                  <p className="p-3 text-muted">{data.recordProblem}</p>
                )}
              </Section>
              {data.record ? (
                <Section title={`Headers (${data.record.headers.length})`} padded={false}>
                  <HeaderList headers={data.record.headers} />
                </Section>
              ) : null}
            </div>
            <div className="flex min-w-0 flex-col gap-3">
              {data.stackLines.length > 0 ? (
                <Section title="Stack" padded={false}>
                  <StackView lines={data.stackLines} />
                </Section>
              ) : null}
              <Origin data={data} connection={connection} />
            </div>
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const Failure = ({ data }: { readonly data: DeadLetterDetail }) => {
  const facts = Object.entries(data.death).filter(([field]) => field !== 'stack')
  return (
    <Section title="Why it died" aside={data.letter.convention}>
      {facts.length === 0 ? (
        <p className="text-muted">Its headers follow no known convention.</p>
      ) : (
        <KeyValue
          rows={facts.map(([field, { value, header, index }]) => [
            fieldNames[field] ?? field,
            <span key={field} title={`from header ${header}, number ${index + 1}`} className="break-all">
              {value}
            </span>,
          ])}
        />
      )}
      {data.missing.length > 0 ? (
        <p className="mt-2 text-small text-muted">
          Not in its headers:{' '}
          {data.missing.map((field) => (fieldNames[field] ?? field).toLowerCase()).join(', ')}
        </p>
      ) : null}
      {data.history.length > 0 ? (
        <p className="mt-2 text-small text-muted">
          Died {data.history.length + 1} times; the newest death is shown.
        </p>
      ) : null}
    </Section>
  )
}

const Origin = ({ data, connection }: { readonly data: DeadLetterDetail; readonly connection: string }) => {
  const { origin, letter } = data
  const isLinked = letter.originTopic !== null && letter.originPosition !== null
  return (
    <Section
      title="Origin record"
      padded={false}
      aside={
        isLinked && letter.originTopic !== null && letter.originPosition !== null ? (
          <LinkButton
            href={routes.message(connection, letter.originTopic, letter.originPosition)}
            className="h-6"
          >
            {letter.originTopic} {letter.originPosition}
          </LinkButton>
        ) : null
      }
    >
      {origin.state === 'found' ? (
        <>
          <p className="border-b border-line px-3 py-1.5">
            {origin.sameKey && origin.sameValue ? (
              <span className="text-ok">Key and value are the same bytes as in the dead letter.</span>
            ) : (
              <span className="text-warning">
                {origin.sameKey
                  ? 'The value differs'
                  : origin.sameValue
                    ? 'The key differs'
                    : 'Key and value differ'}{' '}
                from the dead letter: the framework wrote it anew.
              </span>
            )}
          </p>
          <PayloadView side={origin.value} label="Value" />
          <div className="border-t border-line">
            <HeaderList headers={origin.headers} />
          </div>
        </>
      ) : (
        <p className="p-3 text-muted">
          {origin.state === 'deleted'
            ? 'Gone: '
            : origin.state === 'unknown'
              ? 'Unknown: '
              : 'Could not be read: '}
          {origin.why}
        </p>
      )}
    </Section>
  )
}
