'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import type { PlanEdit } from '#server/contracts/letter-edits.ts'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { EditChangesView } from '../../patterns/edit-changes.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { Section } from '../../patterns/section.tsx'
import { ReasonField } from '../../patterns/send-panel.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'

type Props = {
  readonly connection: string
  readonly plan: ReplayPlan
  readonly edit: PlanEdit
}

/** What an edited letter changes, who edited it, and what a second person has said or is asked for. */
export const PlanEditSection = ({ connection, plan: { planId, started }, edit }: Props) => {
  const { letterId, source, payloadAt, editor, editedAt, changes, hash, approval } = edit
  const isPointer = payloadAt.topic !== source.topic || payloadAt.position !== source.position
  return (
    <Section
      title="Edited letter"
      padded={false}
      aside={
        <span>
          by {editor}, <Time at={editedAt} short relative />
        </span>
      }
    >
      <p className="border-b border-line px-3 py-1.5">
        Instead of{' '}
        <Link href={routes.deadLetter(connection, letterId)} className="link font-mono text-small">
          {source.topic} {source.position}
        </Link>{' '}
        {isPointer ? (
          <>
            , which points to{' '}
            <Link
              href={routes.message(connection, payloadAt.topic, payloadAt.position)}
              className="link font-mono text-small"
            >
              {payloadAt.topic} {payloadAt.position}
            </Link>
            ,{' '}
          </>
        ) : null}
        this is sent. The {isPointer ? 'message' : 'letter'} as it died is not sent beside it.
      </p>
      <EditChangesView
        changes={changes}
        connection={connection}
        topic={payloadAt.topic}
        position={payloadAt.position}
      />
      <p className="flex flex-wrap items-center gap-x-2 border-t border-line px-3 py-1.5 text-small text-muted">
        SHA-256 of what is sent, without its lineage <Copyable text={hash} what="hash" />
      </p>
      {approval === null ? null : (
        <Approval
          connection={connection}
          planId={planId}
          hash={hash}
          approval={approval}
          isStarted={started !== null}
        />
      )}
    </Section>
  )
}

const Approval = ({
  connection,
  planId,
  hash,
  approval,
  isStarted,
}: {
  readonly connection: string
  readonly planId: string
  readonly hash: string
  readonly approval: NonNullable<PlanEdit['approval']>
  readonly isStarted: boolean
}) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const { queryKey } = endpointQuery(endpoints.showReplayPlan, { params: { connection, id: planId } })
  const decide = useMutation({
    mutationFn: (decision: 'approve' | 'decline') =>
      callEndpoint(endpoints.decideLetterEdit, {
        params: { connection, id: planId },
        body: { decision, hash, reason: reason.trim() },
      }),
    onSettled: () => client.invalidateQueries({ queryKey }),
  })
  const { state, by, at, reason: said, forgottenAt, refusal } = approval
  return (
    <div className="flex flex-col gap-2 border-t border-line px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-2">
        <Status of="approval" value={state} />
        {by === null ? (
          <span className="text-muted">A second person has to approve it before it is sent.</span>
        ) : (
          <span className="wrap-anywhere">
            by {by}, <Time at={at} short relative />
            {said === '' ? '' : `: ${said}`}
          </span>
        )}
      </div>
      {isStarted ? null : (
        <p className="text-small text-muted">
          {state === 'waiting' ? 'Unless somebody decides on it' : 'Unless it is sent'}, it is forgotten at{' '}
          <Time at={forgottenAt} short />.
        </p>
      )}
      {state !== 'waiting' || isStarted ? null : refusal !== null ? (
        <p className="text-muted">{refusal} Until then it is listed under Replays.</p>
      ) : (
        <>
          <ReasonField value={reason} onChange={setReason} neededFor="needed to decline" />
          <div className="flex gap-2">
            <Button kind="main" disabled={decide.isPending} onClick={() => decide.mutate('approve')}>
              Approve the edit
            </Button>
            <Button
              disabled={decide.isPending || reason.trim() === ''}
              onClick={() => decide.mutate('decline')}
            >
              Decline
            </Button>
          </div>
        </>
      )}
      <ProblemLine error={decide.error} />
    </div>
  )
}
