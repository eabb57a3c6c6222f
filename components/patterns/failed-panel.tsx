'use client'
import { Lock, SearchX, Unplug } from 'lucide-react'
import type { ProblemCode } from '#server/contracts/problem.ts'
import { problemOfError } from '../client/problem-error.ts'
import { Button } from '../ui/button.tsx'
import { PanelMessage } from './panel-message.tsx'
import { Time } from './time.tsx'

const denied = new Set<ProblemCode>([
  'permission-denied',
  'broker-denied',
  'read-only-connection',
  'foreign-host',
  'foreign-origin',
])

/** Whether an error says that this user may not: a right was missing, or was taken away. */
export const isDenied = (error: unknown): boolean => denied.has(problemOfError(error).code)

/** A panel without any answer: what happened, why, since when, and what next. */
export const FailedPanel = ({
  error,
  sinceMs,
  isTrying,
  onRetry,
}: {
  readonly error: unknown
  /** When it was first seen to fail; null when that is not known. */
  readonly sinceMs: number | null
  readonly isTrying: boolean
  readonly onRetry: () => void
}) => {
  const { title, detail, hint, code } = problemOfError(error)
  const lacksRight = isDenied(error)
  const isMissing = code === 'not-found' || code === 'invalid-request'
  const look = lacksRight
    ? { testId: 'denied', icon: Lock, tone: 'text-warning' }
    : isMissing
      ? { testId: 'missing', icon: SearchX, tone: 'text-muted' }
      : { testId: 'unreachable', icon: Unplug, tone: 'text-critical' }
  return (
    <PanelMessage
      {...look}
      title={title}
      text={
        <>
          {detail}
          {look.testId === 'unreachable' && sinceMs !== null ? (
            <span className="text-muted">
              {' '}
              Since <Time at={sinceMs} short relative />.
            </span>
          ) : null}
        </>
      }
      hint={hint}
      action={
        <Button onClick={onRetry} disabled={isTrying}>
          {isTrying ? 'Trying again…' : 'Try again'}
        </Button>
      }
    />
  )
}
