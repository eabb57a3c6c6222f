'use client'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { problemOfError } from '../client/problem-error.ts'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/input.tsx'

/** Why a change is made: written to the audit with it. `neededFor` says what can not be done without one. */
export const ReasonField = ({
  value,
  neededFor,
  onChange,
}: {
  readonly value: string
  readonly neededFor?: string
  readonly onChange: (value: string) => void
}) => (
  <label className="flex items-center gap-4">
    <span className="w-[96px] shrink-0 text-muted">Reason</span>
    <Input
      value={value}
      maxLength={500}
      placeholder={neededFor ?? 'for the audit, optional'}
      aria-required={neededFor !== undefined}
      onChange={(event) => onChange(event.target.value)}
      className="min-w-0 flex-1"
    />
  </label>
)

/**
 * The end of a plan: what keeps it from being carried out, what went wrong, and the button that names its effect and
 * size. A long name in it is wrapped, never cut. A second click while the first is under way does nothing.
 */
export const SendButton = ({
  send,
  effect,
  kind = 'main',
  refusal,
  isReady,
  children,
}: {
  readonly send: {
    readonly mutate: () => void
    readonly isPending: boolean
    readonly isSuccess: boolean
    readonly error: Error | null
  }
  readonly effect: { readonly ready: string; readonly pending: string }
  readonly kind?: 'main' | 'danger'
  /** Why it can not be done at all, as a whole sentence; null when it can. */
  readonly refusal: string | null
  readonly isReady: boolean
  /** What is typed to confirm it; it asks for nothing where it can not be done. */
  readonly children?: ReactNode
}) => {
  const id = useId()
  const failure = send.error && problemOfError(send.error)
  // Once it is done the page goes elsewhere: until then the button sends nothing again.
  const isSent = send.isPending || send.isSuccess
  // A second click comes before the button is drawn disabled.
  const isUnderWay = useRef(false)
  useEffect(() => {
    if (!isSent) isUnderWay.current = false
  }, [isSent])
  return (
    <>
      {refusal === null ? children : null}
      {refusal === null ? null : (
        <p id={id} className="break-words text-warning">
          {refusal}
        </p>
      )}
      {failure === null ? null : (
        <p role="alert" className="break-words text-critical">
          {failure.title}: {failure.detail} {failure.hint}
        </p>
      )}
      <Button
        kind={kind}
        size="growing"
        className="min-w-0 justify-center"
        disabled={!isReady || refusal !== null || isSent}
        aria-describedby={refusal === null ? undefined : id}
        onClick={() => {
          if (isUnderWay.current) return
          isUnderWay.current = true
          send.mutate()
        }}
      >
        <span className="min-w-0 whitespace-normal [overflow-wrap:anywhere]">
          {isSent ? effect.pending : effect.ready}
        </span>
      </Button>
    </>
  )
}
