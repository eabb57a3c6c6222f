import type { Regrouping } from '#server/contracts/failure-grouping.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { sayRules } from './rule-words.ts'

/** Changes of the rules and what came of each, newest first. */
export const RuleHistory = ({ history }: { readonly history: readonly Regrouping[] }) => (
  <Section title="Changes of the rules">
    {history.length === 0 ? (
      <p className="text-muted">None yet.</p>
    ) : (
      <ul className="flex flex-col gap-2">
        {history.map(({ id, startedBy, startedAt, rules, finishedAt, before, after, moved, gone }) => (
          <li key={id} className="wrap-anywhere">
            <div className="text-small text-muted">
              <Time at={startedAt} short /> {startedBy}
            </div>
            <div>{sayRules(rules ?? [])}</div>
            <div className="text-small text-muted">
              {finishedAt === null
                ? 'under way'
                : `${sayMany(before ?? 0, 'group')} became ${formatCount(after ?? 0)}, ${sayMany(moved, 'letter')} moved${gone === 0 ? '' : `, ${formatCount(gone)} without their record`}`}
            </div>
          </li>
        ))}
      </ul>
    )}
  </Section>
)
