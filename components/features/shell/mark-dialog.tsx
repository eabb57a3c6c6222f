'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { findChoice, markKinds } from '#server/contracts/choices.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

const kinds = { deploy: 'Deploy', replay: 'Replay', reset: 'Offset reset', note: 'Note' } as const

/** Sets a mark now: a point in time that explains a change, drawn on the charts of lag and deaths. */
export const MarkDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const client = useQueryClient()
  const [kind, setKind] = useState<keyof typeof kinds>('deploy')
  const [text, setText] = useState('')
  const [service, setService] = useState('')
  const add = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.addMark, {
        body: { kind, text: text.trim(), ...(service.trim() === '' ? {} : { service: service.trim() }) },
      }),
    onSuccess: async () => {
      onClose()
      await Promise.all(
        ['groups', 'failure-groups', 'marks'].map((noun) => client.invalidateQueries({ queryKey: [noun] })),
      )
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() !== '' && !add.isPending) add.mutate()
  }
  return (
    <Dialog open onOpenChange={onClose} title="Set a mark">
      <form
        onSubmit={submit}
        className="grid grid-cols-[96px_minmax(0,1fr)] items-center gap-x-3 gap-y-3 p-4"
      >
        <p className="col-span-2 text-muted">
          A mark says what happened now. It is drawn on the charts of lag and of deaths. A pipeline sets one
          with <code className="font-mono text-small">POST /api/marks</code>.
        </p>
        <label htmlFor="mark-text">What</label>
        <Input
          id="mark-text"
          autoFocus
          maxLength={200}
          placeholder="payments 2.1 is out"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <label htmlFor="mark-kind">Kind</label>
        <Select
          id="mark-kind"
          value={kind}
          onChange={(event) => setKind(findChoice(markKinds, event.target.value) ?? 'note')}
        >
          {Object.entries(kinds).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </Select>
        <label htmlFor="mark-service">Service</label>
        <Input
          id="mark-service"
          maxLength={200}
          placeholder="all, when left out"
          value={service}
          onChange={(event) => setService(event.target.value)}
        />
        <ProblemLine error={add.error} className="col-span-2" />
        <div className="col-span-2 flex justify-end gap-2">
          <Button type="button" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" kind="main" disabled={text.trim() === '' || add.isPending}>
            Set mark now
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
