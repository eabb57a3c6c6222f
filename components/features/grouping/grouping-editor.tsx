'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FailureGrouping, GroupingRule } from '#server/contracts/failure-grouping.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { Button } from '../../ui/button.tsx'
import { PreviewOfGrouping } from './preview-of-grouping.tsx'
import { RuleFields } from './rule-fields.tsx'
import { plainRule } from './rule-words.ts'

/** The rules to be changed: what they would make of the failure groups is shown before they can be set. */
export const GroupingEditor = ({
  connection,
  grouping,
}: {
  readonly connection: string
  readonly grouping: FailureGrouping
}) => {
  const client = useQueryClient()
  const [rules, setRules] = useState<readonly GroupingRule[]>(grouping.rules)
  const params = { connection }
  const { isConfirmed, field } = useConfirmation(connection, '')
  const preview = useMutation({
    mutationFn: () => callEndpoint(endpoints.previewGrouping, { params, body: { rules: [...rules] } }),
  })
  const apply = useMutation({
    mutationFn: () => callEndpoint(endpoints.setGroupingRules, { params, body: { rules: [...rules] } }),
    onSuccess: () =>
      Promise.all(
        ['failure-grouping', 'failure-groups'].map((noun) => client.invalidateQueries({ queryKey: [noun] })),
      ),
  })
  const change = (next: readonly GroupingRule[]): void => {
    setRules(next)
    preview.reset()
    apply.reset()
  }
  const isSame = JSON.stringify(rules) === JSON.stringify(grouping.rules)
  const isRunning = grouping.running !== null
  const error = preview.error ?? apply.error
  return (
    <Section title="Rules" aside={<>the first whose topics fit decides</>}>
      <p className="mb-3 text-muted">
        Where no rule fits, two letters are one failure when class of the root cause, first frame of the
        application, origin topic and consumer group are the same; the message counts only where there is no
        frame. Frames of frameworks are known for Java, .NET, Node, Python, Go, Ruby and PHP.
      </p>
      <ol aria-label="Rules" className="flex flex-col gap-3">
        {rules.map((rule, at) => (
          <li key={at}>
            <RuleFields
              rule={rule}
              number={at + 1}
              onChange={(next) => change(rules.map((one, index) => (index === at ? next : one)))}
              onRemove={() => change(rules.filter((_, index) => index !== at))}
              onRaise={
                at === 0
                  ? null
                  : () =>
                      change([
                        ...rules.slice(0, at - 1),
                        rule,
                        ...rules.slice(at - 1, at),
                        ...rules.slice(at + 1),
                      ])
              }
            />
          </li>
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button onClick={() => change([...rules, plainRule])} disabled={rules.length >= 20}>
          Add a rule
        </Button>
        {isSame ? null : (
          <>
            <Button
              kind={preview.data ? 'plain' : 'main'}
              disabled={preview.isPending}
              onClick={() => preview.mutate()}
            >
              {preview.isPending ? 'Looking through letters…' : 'Show what these rules would make'}
            </Button>
            <Button kind="bare" onClick={() => change(grouping.rules)}>
              Back to the rules that hold
            </Button>
          </>
        )}
      </div>
      <ProblemLine error={error} className="mt-2" />
      {preview.data === undefined || isSame ? null : (
        <div className="mt-3 flex flex-col gap-3 border-t border-line pt-3">
          <PreviewOfGrouping preview={preview.data} connection={connection} />
          <p className="text-muted">
            A new group takes the state, assignee and notes of the group that most of its letters come from,
            and of an open one where there is one. A group that loses all its letters leads to the one that
            most of them go to.
            {preview.data.comingApart === 0
              ? null
              : ` Merges by hand come apart in ${sayMany(preview.data.comingApart, 'group')}, as fingerprints change there.`}
          </p>
          {field}
          <div>
            <Button
              kind="main"
              disabled={!isConfirmed || apply.isPending || isRunning}
              title={isRunning ? 'Letters are still being moved after the last change' : undefined}
              onClick={() => apply.mutate()}
            >
              {apply.isPending
                ? 'Setting…'
                : `Set the rules and re-group ${sayMany(preview.data.total, 'letter')}`}
            </Button>
          </div>
        </div>
      )}
    </Section>
  )
}
