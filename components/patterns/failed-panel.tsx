'use client'
import { Lock, SearchX, Unplug } from 'lucide-react'
import type { ProblemCode } from '#server/contracts/problem.ts'
import { problemOfError } from '../client/problem-error.ts'
import { Button } from '../ui/button.tsx'
import { LinkButton } from '../ui/link-button.tsx'
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

/** Whether an error says that what the address names is not there, or can not be. */
export const isMissing = (error: unknown): boolean => {
  const { code } = problemOfError(error)
  return code === 'not-found' || code === 'invalid-request'
}

/** Where a thing is looked for when it is not at its address. */
export type ListLink = { readonly href: string; readonly title: string }

/** A part of the address that no contract reads: what it is, in words instead of the rule it breaks. */
const unreadable = (detail: string): string | null => {
  const name = /^(connection|topic|group|id|position|traceId|subject|version): /.exec(detail)?.[1]
  return name === undefined
    ? null
    : `The ${name === 'traceId' ? 'trace id' : name} in the address is too long, or written as none is.`
}

/** A panel without any answer: what happened, why, since when, and what next. */
export const FailedPanel = ({
  error,
  sinceMs,
  isTrying,
  onRetry,
  list,
  onClearFilter,
}: {
  readonly error: unknown
  /** When it was first seen to fail; null when that is not known. */
  readonly sinceMs: number | null
  readonly isTrying: boolean
  readonly onRetry: () => void
  /** Given by a panel that is all of its page: it then has a border of its own. */
  readonly list?: ListLink | undefined
  /** Set when a filter is in force: where it is what can not be understood, it can be cleared. */
  readonly onClearFilter?: (() => void) | undefined
}) => {
  const { title, detail, hint, code } = problemOfError(error)
  const words = code === 'invalid-request' ? unreadable(detail) : null
  const isWrongFilter = code === 'invalid-request' && words === null && onClearFilter !== undefined
  const lacksRight = isDenied(error)
  const isGone = isMissing(error)
  const look = lacksRight
    ? { testId: 'denied', icon: Lock, tone: 'text-warning' }
    : isGone
      ? { testId: 'missing', icon: SearchX, tone: 'text-muted' }
      : { testId: 'unreachable', icon: Unplug, tone: 'text-critical' }
  const message = (
    <PanelMessage
      {...look}
      title={
        words !== null
          ? 'There is nothing at this address'
          : isWrongFilter
            ? 'The filter can not be understood'
            : title
      }
      text={
        <>
          {words ?? detail}
          {look.testId === 'unreachable' && sinceMs !== null ? (
            <span className="text-muted">
              {' '}
              Since <Time at={sinceMs} short relative />.
            </span>
          ) : null}
        </>
      }
      hint={
        words !== null
          ? 'Check the name, or look for it in the list.'
          : isWrongFilter
            ? 'Correct it in its field or in the address, or clear it.'
            : hint
      }
      action={
        isWrongFilter ? (
          <Button onClick={onClearFilter}>Clear filter</Button>
        ) : isGone && list ? (
          <LinkButton href={list.href}>{list.title}</LinkButton>
        ) : (
          <Button onClick={onRetry} disabled={isTrying}>
            {isTrying ? 'Trying again…' : 'Try again'}
          </Button>
        )
      }
    />
  )
  return list ? <div className="rounded-base border border-line bg-panel">{message}</div> : message
}
