import type { ReplayPlan } from '#server/contracts/replays.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'

/** Partitions that are listed before the others are folded away. */
const shownSources = 4

type Source = NonNullable<ReplayPlan['sources']>[number]

/** What a plan has frozen: how it was chosen, of how many groups, and where the dead-letter partitions ended then. */
export const PlanSelection = ({ plan }: { readonly plan: ReplayPlan }) => {
  const { selection, sources = [], total, frozenAt } = plan
  if (!selection && sources.length === 0) return null
  const groups = selection?.groups ?? 0
  return (
    <Section title="Selection">
      <p>
        <span className="font-strong">{sayMany(total, 'dead letter')}</span>
        {groups > 1 ? ` of ${formatCount(groups)} failure groups` : ''}
        {selection ? (
          <span className="text-muted wrap-anywhere">
            {' '}
            · chosen: <TimedText text={selection.words} />
          </span>
        ) : null}
      </p>
      <p className="mt-1 text-small text-muted">
        Frozen to their coordinates at <Time at={frozenAt} short />: what dies later is no part of it. This
        address shows the same letters to everybody.
      </p>
      {sources.length > 0 ? (
        <ul aria-label="Where the dead-letter topics ended" className="mt-2 flex flex-col gap-0.5 text-small">
          {sources.slice(0, shownSources).map((one) => (
            <SourceEnd key={`${one.topic} ${one.partition}`} source={one} />
          ))}
        </ul>
      ) : null}
      {sources.length > shownSources ? (
        <details className="mt-0.5 text-small">
          <summary className="link w-max cursor-pointer">
            {sayMany(sources.length - shownSources, 'more partition')}
          </summary>
          <ul className="mt-0.5 flex flex-col gap-0.5">
            {sources.slice(shownSources).map((one) => (
              <SourceEnd key={`${one.topic} ${one.partition}`} source={one} />
            ))}
          </ul>
        </details>
      ) : null}
    </Section>
  )
}

const SourceEnd = ({ source: { topic, partition, letters, end } }: { readonly source: Source }) => (
  <li className="wrap-anywhere">
    <span className="font-mono">
      {topic} {partition}
    </span>
    <span className="text-muted">
      : {sayMany(letters, 'letter')}, ended at offset {formatCount(end)}
    </span>
  </li>
)
