'use client'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { ChoiceSelect } from '../../patterns/choice-select.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Button } from '../../ui/button.tsx'
import { PlanTarget } from './plan-target.tsx'
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
  const { choice, targets, retryTopics = [] } = plan
  if (!choice || plan.started) return null
  const isLooping = plan.findings.some(({ code }) => code === 'loop-cap')
  return (
    <Section title="Choices">
      <div className="flex flex-col gap-3">
        <PlanTarget
          connection={connection}
          choice={choice}
          isPending={again.isPending}
          planAgain={again.mutate}
        />
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
          <div className="flex items-baseline gap-4">
            <span className="w-[96px] shrink-0 text-muted">One alone</span>
            <span className="flex min-w-0 flex-wrap gap-2">
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
            </span>
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
      </div>
    </Section>
  )
}
