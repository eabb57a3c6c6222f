'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReplaySummary } from '#server/contracts/replays.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { formatBytes, formatCount, sayMany } from '../../patterns/quantity.ts'
import { Time } from '../../patterns/time.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { Button } from '../../ui/button.tsx'

type Params = { readonly params: { readonly connection: string; readonly id: string } }
const orders = {
  cancel: (input: Params) => callEndpoint(endpoints.cancelReplay, input),
  pause: (input: Params) => callEndpoint(endpoints.pauseReplay, input),
  resume: (input: Params) => callEndpoint(endpoints.resumeReplay, input),
  startNow: (input: Params) => callEndpoint(endpoints.startReplayNow, input),
} as const
type Order = keyof typeof orders

/** Gives a running replay an order and shows what comes of it. */
export const useSteering = (connection: string, id: string) => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (order: Order) => orders[order]({ params: { connection, id } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['replays'] }),
  })
}
type Steering = ReturnType<typeof useSteering>

/** What can be done with a replay that has not sent all. */
export const SteeringButtons = ({
  replay: { state, outcomes },
  steering,
}: {
  readonly replay: ReplaySummary
  readonly steering: Steering
}) => {
  const isStopping = state === 'cancelling'
  const unsent = formatCount(outcomes.PENDING)
  if (!isStopping && state !== 'running' && state !== 'paused' && state !== 'scheduled') return null
  return (
    <>
      {state === 'scheduled' ? (
        <Button disabled={steering.isPending} onClick={() => steering.mutate('startNow')}>
          Start now
        </Button>
      ) : null}
      {state === 'running' ? (
        <Button disabled={steering.isPending} onClick={() => steering.mutate('pause')}>
          Pause after this batch
        </Button>
      ) : null}
      {state === 'paused' ? (
        <Button disabled={steering.isPending} onClick={() => steering.mutate('resume')}>
          Resume, {unsent} left
        </Button>
      ) : null}
      <Button
        kind="danger"
        disabled={isStopping || steering.isPending}
        onClick={() => steering.mutate('cancel')}
      >
        {isStopping
          ? 'Stopping…'
          : state === 'scheduled'
            ? 'Cancel'
            : state === 'paused'
              ? `Stop, leave out ${unsent}`
              : 'Stop after this batch'}
      </Button>
    </>
  )
}

/** Why an order was not carried out. */
export const SteeringProblem = ({ steering }: { readonly steering: Steering }) =>
  steering.error ? (
    <p role="alert" className="text-critical">
      {problemOfError(steering.error).detail}
    </p>
  ) : null

/** What keeps a replay from sending by its own settings or its operator's word, and what stopped it. */
export const SteeringWords = ({
  replay: { state, control, outcomes },
  connection,
}: {
  readonly replay: ReplaySummary
  readonly connection: string
}) => {
  const { paused, stopped, waitsFor, startAt } = control
  return (
    <>
      {stopped === null ? null : (
        <p
          role={stopped.letterId === null ? undefined : 'alert'}
          className={`mb-2 ${stopped.letterId === null ? 'text-muted' : 'text-critical'}`}
          data-stopped
        >
          Stopped {stopped.by === 'canary' ? 'by its canary' : `by ${stopped.by}`} at{' '}
          <Time at={stopped.at} short />
          {stopped.by === 'canary' ? `: ${stopped.because}` : ''}.{' '}
          {outcomes.SKIPPED > 0 ? `${sayMany(outcomes.SKIPPED, 'was', 'were')} not sent. ` : ''}
          {stopped.letterId === null ? null : (
            <Link href={routes.deadLetter(connection, stopped.letterId)} className="link underline">
              Open the letter that came back
            </Link>
          )}
        </p>
      )}
      {paused === null ? null : (
        <p className="mb-2 text-warning" data-paused>
          Paused by {paused.by} since <Time at={paused.at} short relative />. Nothing is sent until somebody
          resumes it; what was sent is followed.
        </p>
      )}
      {state === 'scheduled' && startAt !== null ? (
        <p className="mb-2" data-scheduled>
          Begins to send at <Time at={startAt} short />, <TimeLeft until={startAt} />. Nothing has been sent.
        </p>
      ) : null}
      {waitsFor === null ? null : (
        <p className="mb-2" data-waits>
          <TimedText text={waitsFor} />.
        </p>
      )}
    </>
  )
}

/** The limits that a replay keeps to, in words. */
export const paceWords = ({ pacePerSecond, control }: ReplaySummary): string =>
  [
    `at most ${formatCount(pacePerSecond)}/s`,
    ...(control.bytesPerSecond === null ? [] : [`${formatBytes(control.bytesPerSecond)}/s`]),
    ...(control.maxInFlight === null
      ? []
      : [`${formatCount(control.inFlight)} of ${formatCount(control.maxInFlight)} in flight`]),
  ].join(' · ')
