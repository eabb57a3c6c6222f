'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ReplayControl } from '#server/contracts/replay-control.ts'
import type { ReplaySummary } from '#server/contracts/replays.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { ReasonField } from '../../patterns/send-panel.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** Opens the next step before this one is proven: says what is not proven, and asks why. */
export const ContinueDialog = ({
  connection,
  replay,
  canary,
  unproven,
  onClose,
}: {
  readonly connection: string
  readonly replay: ReplaySummary
  readonly canary: NonNullable<ReplayControl['canary']>
  /** What is not proven of the open step, in words. */
  readonly unproven: string
  readonly onClose: () => void
}) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  // The step that was seen: what opens meanwhile is not skipped by this word.
  const [step] = useState(canary.open)
  const next = canary.steps[step + 1]?.size ?? null
  const send = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.continueReplay, {
        params: { connection, id: replay.id },
        body: { step, reason: reason.trim() },
      }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['replays'] }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (reason.trim() !== '' && !send.isPending) send.mutate()
  }
  const unsent = replay.outcomes.PENDING
  const size = next === null ? unsent : Math.min(next, unsent)
  const what = `${next === null ? 'the remaining' : 'the next'} ${formatCount(size)}`
  return (
    <Dialog open onOpenChange={onClose} title="Continue before this step is proven">
      <form onSubmit={submit} className="flex flex-col gap-3 p-4">
        <p>
          <span className="text-warning">{unproven}.</span> Whether the fix works is not proven by these
          copies. Continuing sends {what} to {replay.targets.join(', ')}; who went on, why, and what was not
          proven goes to the audit and the report.
        </p>
        <ReasonField value={reason} onChange={setReason} neededFor="why it may go on" />
        <ProblemLine error={send.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep waiting</Button>
          <Button type="submit" kind="danger" disabled={reason.trim() === '' || send.isPending}>
            Send {what} now
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
