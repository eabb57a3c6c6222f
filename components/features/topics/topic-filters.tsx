'use client'
import type { TopicFilter } from '#server/contracts/topics.ts'
import { Button } from '../../ui/button.tsx'

const filters = {
  trouble: ['With trouble', 'Partitions offline or under-replicated'],
  'dead-letters': ['Dead letters', 'Topics of dead letters and retries, by their names or the configuration'],
  compacted: ['Compacted', 'The newest message of each key is kept'],
  empty: ['Empty', 'No message is there now'],
  unread: ['Without readers', 'No group has been seen reading it'],
  internal: ['Only internal', 'Topics of the brokers and of frameworks'],
} as const satisfies Record<TopicFilter, readonly [title: string, meaning: string]>

/** Filters of the list of topics, each a switch: a topic must fit all that are on. */
export const TopicFilters = ({
  only,
  onChange,
}: {
  readonly only: readonly TopicFilter[]
  readonly onChange: (only: TopicFilter[]) => void
}) => (
  <fieldset className="flex flex-wrap items-center gap-1.5">
    <legend className="sr-only">Filters</legend>
    {Object.entries(filters).map(([id, [title, meaning]]) => {
      const filter = id as TopicFilter
      const isOn = only.includes(filter)
      return (
        <Button
          key={id}
          size="small"
          kind={isOn ? 'active' : 'bare'}
          aria-pressed={isOn}
          title={meaning}
          onClick={() => onChange(isOn ? only.filter((one) => one !== filter) : [...only, filter])}
        >
          {title}
        </Button>
      )
    })}
  </fieldset>
)
