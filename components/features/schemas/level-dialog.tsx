'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { compatibilityLevels, findChoice } from '#server/contracts/choices.ts'
import type { CompatibilityLevel, LevelInForce } from '#server/contracts/schemas.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Level, levelMeanings } from './schema-words.tsx'

type Choice = CompatibilityLevel | 'all'

/** Sets the compatibility level of a subject, or of all (`subject` null), after saying what that means. */
export const LevelDialog = ({
  connection,
  subject,
  level,
  onClose,
}: {
  readonly connection: string
  readonly subject: string | null
  readonly level: LevelInForce
  readonly onClose: () => void
}) => {
  const client = useQueryClient()
  const known = findChoice(compatibilityLevels, level.value?.level)
  const [choice, setChoice] = useState<Choice>(
    subject !== null && level.value?.own === false ? 'all' : (known ?? 'BACKWARD'),
  )
  const { confirm, isConfirmed, refusal, field } = useConfirmation(connection, subject ?? '')
  const set = useMutation({
    mutationFn: (): Promise<unknown> =>
      subject === null
        ? callEndpoint(endpoints.setAllCompatibility, {
            params: { connection },
            body: { level: choice === 'all' ? 'BACKWARD' : choice, confirm },
          })
        : callEndpoint(endpoints.setSubjectCompatibility, {
            params: { connection, subject },
            body: { level: choice === 'all' ? null : choice, confirm },
          }),
    onSuccess: async () => {
      onClose()
      await client.invalidateQueries({ queryKey: ['schemas'] })
    },
  })
  const choices: readonly Choice[] = [...(subject === null ? [] : ['all' as const]), ...compatibilityLevels]
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={subject === null ? 'Compatibility of all subjects' : `Compatibility of ${subject}`}
    >
      <form
        className="flex max-h-[76vh] flex-col gap-3 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (isConfirmed && refusal === null && !set.isPending) set.mutate()
        }}
      >
        <p>
          Now: <Level level={level} />
        </p>
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 text-muted">
            {subject === null
              ? 'For every subject without a level of its own, the next version is held against it.'
              : 'The next version of this subject is held against it.'}
          </legend>
          {choices.map((one) => (
            <label key={one} className="grid grid-cols-[16px_176px_minmax(0,1fr)] items-baseline gap-2">
              <input
                type="radio"
                name="level"
                value={one}
                checked={choice === one}
                onChange={() => setChoice(one)}
                className="accent-accent"
              />
              <span className="font-mono text-small">{one === 'all' ? 'level of all' : one}</span>
              <span className="text-muted">
                {one === 'all' ? 'the subject has no level of its own' : levelMeanings[one]}
              </span>
            </label>
          ))}
        </fieldset>
        <p className="text-small text-muted">
          Versions that are registered stay as they are; no registry checks them anew. It can be set back at
          any time, and is written to the audit.
        </p>
        {choice === 'NONE' ? (
          <p className="text-warning">With NONE a version that breaks every reader can be registered.</p>
        ) : null}
        {field}
        {refusal === null ? null : (
          <p role="alert" className="text-warning">
            Can not be set: {refusal}
          </p>
        )}
        <ProblemLine error={set.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" kind="main" disabled={!isConfirmed || refusal !== null || set.isPending}>
            {set.isPending ? 'Setting…' : `Set ${choice === 'all' ? 'the level of all' : choice}`}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
