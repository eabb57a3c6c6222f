import Link from 'next/link'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { routes } from '../../client/routes.ts'
import { KeyValue } from '../../patterns/key-value.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { actionTitles } from '../../patterns/requeue-words.ts'
import { Section } from '../../patterns/section.tsx'

/** What a plan does with messages that wait in a retry topic, where their copies go and why there. */
export const PlanRequeue = ({
  plan,
  requeue,
  connection,
}: {
  readonly plan: ReplayPlan
  readonly requeue: NonNullable<ReplayPlan['requeue']>
  readonly connection: string
}) => (
  <Section title="Requeue">
    <KeyValue
      rows={[
        ['What', `${actionTitles[requeue.action]}: ${requeue.sentence}`],
        ['Why so', requeue.why],
        [
          'From',
          <span key="f">
            <Link
              href={routes.waiting(connection, requeue.topic)}
              className="link font-mono text-small wrap-anywhere"
            >
              {requeue.topic}
            </Link>
            <span className="text-muted">
              {' '}
              · frozen to {sayMany(plan.total, 'message')}
              {(plan.sources ?? []).length === 0
                ? ''
                : ` of ${(plan.sources ?? []).map(({ partition, end }) => `partition ${partition} (ended at ${formatCount(end)})`).join(', ')}`}
            </span>
          </span>,
        ],
      ]}
    />
  </Section>
)
