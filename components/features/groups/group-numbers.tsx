import type { ReactNode } from 'react'
import type { GroupDetail } from '#server/contracts/groups.ts'
import { Ago } from '../../patterns/ago.tsx'
import { formatCount, formatDuration, formatPerMinute, formatRate } from '../../patterns/quantity.ts'
import { TimeLeft } from '../../patterns/time-left.tsx'

type Facts = GroupDetail['data']

const catchUp = ({ verdict, lagMessages }: Facts): string => {
  if (verdict.catchUpMs !== null) return formatDuration(verdict.catchUpMs)
  return lagMessages === '0' || verdict.kind === 'keeping-up' ? 'is caught up' : 'not at this rate'
}

const loss = ({ margin }: Facts): ReactNode => {
  if (margin === null) return 'not known'
  if (margin.lostMessages !== '0')
    return <span className="text-critical">{formatCount(margin.lostMessages)} lost</span>
  return margin.lossAt === null ? 'not at this rate' : <TimeLeft until={margin.lossAt} />
}

/** Rates in the unit of the verdict above them, so that they can be compared. */
const rateOf = ({ verdict }: Facts): ((perSecond: number | null) => string) =>
  verdict.sentence.includes('/min') ? formatPerMinute : formatRate

const numbers = (data: Facts): readonly (readonly [name: string, value: ReactNode, source: string])[] => [
  ['Lag', formatCount(data.lagMessages), 'End offsets minus committed offsets, read from the broker now'],
  [
    'Oldest unread',
    data.margin?.oldestUnreadAt == null ? (
      data.lagMessages === '0' ? (
        'nothing waits'
      ) : (
        'not known'
      )
    ) : (
      <Ago at={data.margin.oldestUnreadAt} suffix="" />
    ),
    'Timestamp of the first message after the committed offset, as the record carries it',
  ],
  [
    'Rate in → out',
    `${rateOf(data)(data.producedPerSecond)} → ${rateOf(data)(data.consumedPerSecond)}`,
    'Differences of end offsets and committed offsets over the samples of the last two minutes',
  ],
  ['Caught up in', catchUp(data), 'Lag divided by how fast it shrinks, estimated'],
  [
    'Loses data',
    loss(data),
    data.margin?.sentence ?? 'The broker did not answer, or the group has committed nothing yet',
  ],
]

/** The five numbers of a group, each with its source on hover. */
export const GroupNumbers = ({ data }: { readonly data: Facts }) => (
  <dl className="grid grid-cols-5 gap-3 max-[1100px]:gap-2">
    {numbers(data).map(([name, value, source]) => (
      <div key={name} title={source} className="min-w-0 rounded-base border border-line bg-panel px-3 py-2">
        <dt className="text-small text-muted">{name}</dt>
        <dd className="truncate text-lead font-strong">{value}</dd>
      </div>
    ))}
  </dl>
)
