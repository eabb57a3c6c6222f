'use client'
import { useState } from 'react'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { ChoiceSelect } from '../../patterns/choice-select.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { usePlanAgain } from './use-plan-again.ts'

const timestampTitles = [
  ['now', 'of sending, the old one in a header'],
  ['keep', 'of the message that died'],
] as const

const namesOf = (names: readonly string[]): string => names.join(', ')

/** Where copies go and what they carry: each choice plans the same letters anew, since other things speak against it. */
export const PlanChoices = ({
  plan,
  connection,
}: {
  readonly plan: ReplayPlan
  readonly connection: string
}) => {
  const again = usePlanAgain(connection, plan)
  const { choice, targets, retryTopics = [], sources = [] } = plan
  const [topic, setTopic] = useState(choice?.targetTopic ?? '')
  if (!choice || plan.started) return null
  const isOther = topic.trim() !== (choice.targetTopic ?? '')
  const isLooping = plan.findings.some(({ code }) => code === 'loop-cap')
  return (
    <Section title="Choices">
      <div className="flex flex-col gap-3">
        <form
          className="flex flex-wrap items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            if (isOther) again.mutate({ targetTopic: topic.trim() === '' ? null : topic.trim() })
          }}
        >
          <label className="flex min-w-0 items-center gap-4">
            <span className="w-[96px] shrink-0 text-muted">Target</span>
            <Input
              value={topic}
              placeholder="the topic each died in"
              onChange={(event) => setTopic(event.target.value)}
              className="w-72 font-mono text-small"
            />
          </label>
          <Button type="submit" disabled={!isOther || again.isPending}>
            {topic.trim() === '' && isOther ? 'Plan for their own topics' : 'Plan for this topic'}
          </Button>
        </form>
        {retryTopics
          .filter((one) => one.topic !== choice.targetTopic)
          .map((one) => (
            <div key={one.topic} className="flex items-start gap-4">
              <span className="w-[96px] shrink-0 text-muted">Retry topic</span>
              <div className="min-w-0">
                <Button
                  size="small"
                  disabled={again.isPending}
                  onClick={() => again.mutate({ targetTopic: one.topic })}
                >
                  Plan for {one.topic}
                </Button>
                <p className="mt-1 text-small text-muted">
                  {one.groups.length === 0
                    ? 'The first retry topic. No group has been seen reading it.'
                    : `The first retry topic, read by ${namesOf(one.groups)}.`}
                  {one.spared.length > 0 ? ` Not sent again to ${namesOf(one.spared)}.` : ''}
                </p>
              </div>
            </div>
          ))}
        {targets.length > 1 && choice.targetTopic === null ? (
          <div className="flex flex-wrap items-center gap-2">
            <span className="w-[96px] shrink-0 text-muted">One alone</span>
            {targets.map((one) => (
              <Button
                key={one.topic}
                size="small"
                disabled={again.isPending}
                onClick={() => again.mutate({ originTopic: one.topic })}
              >
                Plan {formatCount(one.count)} to {one.topic}
              </Button>
            ))}
          </div>
        ) : null}
        <div className="flex flex-wrap items-center gap-4">
          <span className="w-[96px] shrink-0 text-muted">Timestamp</span>
          <ChoiceSelect
            label="Timestamp of the copies"
            value={choice.timestamps}
            choices={timestampTitles}
            onChange={(timestamps) => again.mutate({ timestamps })}
          />
        </div>
        {isLooping || choice.mayLoop ? (
          <div className="flex flex-wrap items-center gap-4">
            <span className="w-[96px] shrink-0 text-muted">Loops</span>
            <Button
              size="small"
              disabled={again.isPending}
              onClick={() => again.mutate({ mayLoop: !choice.mayLoop })}
            >
              {choice.mayLoop
                ? 'Leave those out that keep coming back'
                : 'Take also those that keep coming back'}
            </Button>
          </div>
        ) : null}
        {again.error ? (
          <p role="alert" className="text-critical">
            {problemOfError(again.error).detail}
          </p>
        ) : null}
        {sources.length > 0 ? (
          <details className="text-small text-muted">
            <summary className="w-max cursor-pointer">
              Frozen to {sayMany(plan.total, 'letter')} of {sayMany(sources.length, 'partition')}; what dies
              later is no part of it
            </summary>
            <ul className="mt-1 flex flex-col font-mono">
              {sources.map((one) => (
                <li key={`${one.topic} ${one.partition}`} className="wrap-anywhere">
                  {one.topic} {one.partition}: {formatCount(one.letters)}, ended at offset{' '}
                  {formatCount(one.end)}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
    </Section>
  )
}
