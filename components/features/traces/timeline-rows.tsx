import { CircleX } from 'lucide-react'
import type { CSSProperties } from 'react'
import { formatCount, formatNanoseconds } from '../../patterns/quantity.ts'
import { serviceColour } from '../../patterns/service-colour.ts'
import { classNames } from '../../ui/class-names.ts'
import { type GapRow, placeOnAxis, type SpanRow } from './timeline-model.ts'

const rowClass =
  'grid h-[26px] grid-cols-[minmax(200px,36%)_1fr] items-center border-b border-line last:border-b-0'
const indent = (depth: number) => ({ paddingLeft: 12 + Math.min(depth, 16) * 12 })

/** One span: its service and name, and its bar over time. */
export const SpanRowView = ({
  row,
  index,
  durationNs,
  isChosen,
  onChoose,
  style,
}: {
  readonly row: SpanRow
  readonly index: number
  readonly durationNs: number
  readonly isChosen: boolean
  readonly onChoose: () => void
  readonly style: CSSProperties | undefined
}) => {
  const { span, depth } = row
  const { left, width } = placeOnAxis(row, durationNs)
  const duration = formatNanoseconds(span.durationNs)
  const isLate = left + width > 80
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled once, by the list
    <div
      role="option"
      aria-selected={isChosen}
      data-row={index}
      tabIndex={isChosen ? 0 : -1}
      onClick={onChoose}
      className={classNames(
        rowClass,
        'scroll-my-14 cursor-pointer focus-visible:-outline-offset-2',
        isChosen ? 'bg-selected' : 'hover:bg-hover',
      )}
      style={style}
    >
      <div className="flex min-w-0 items-center gap-2 pr-2" style={indent(depth)}>
        <span
          aria-hidden
          className="size-2 shrink-0 rounded-full"
          style={{ background: serviceColour(span.service) }}
        />
        <span className="shrink-0 text-muted">{span.service}</span>
        <span className="truncate" title={span.name}>
          {span.name}
        </span>
        {span.status === 'error' ? (
          <span className="inline-flex shrink-0 items-center gap-1 text-critical">
            <CircleX aria-hidden size={13} />
            <span className="sr-only">error</span>
          </span>
        ) : null}
      </div>
      <div className="relative h-full">
        <span
          aria-hidden
          className="absolute top-[8px] h-[10px] rounded-[2px]"
          style={{ left: `${left}%`, width: `${width}%`, background: serviceColour(span.service) }}
        />
        <span
          className="absolute top-[3px] px-1.5 text-small whitespace-nowrap text-muted"
          style={isLate ? { right: `${100 - left}%` } : { left: `${left + width}%` }}
        >
          {duration}
        </span>
      </div>
    </div>
  )
}

/** One wait in a queue, hatched, named by topic, partition and offset. */
export const GapRowView = ({
  row,
  durationNs,
  style,
}: {
  readonly row: GapRow
  readonly durationNs: number
  readonly style: CSSProperties | undefined
}) => {
  const { edge, depth } = row
  const { left, width } = placeOnAxis(row, durationNs)
  const where = `${edge.topic}${edge.partition === null ? '' : ` p${edge.partition}`}${edge.offset === null ? '' : ` @${formatCount(edge.offset)}`}`
  return (
    <div role="presentation" data-gap className={rowClass} style={style}>
      <div className="truncate pr-2 text-small text-queue" style={indent(depth)} title={where}>
        {edge.backoff ? 'backoff and queue' : 'in queue'} {where}
      </div>
      <div className="relative h-full">
        <span
          aria-hidden
          className="absolute top-[8px] h-[10px] rounded-[2px] border border-queue"
          style={{
            left: `${left}%`,
            width: `${width}%`,
            background: 'repeating-linear-gradient(135deg, var(--queue) 0 1px, transparent 1px 5px)',
          }}
        />
        <span
          className="absolute top-[3px] px-1.5 text-small whitespace-nowrap text-queue"
          style={labelPlace(left, width)}
        >
          <span className={width > 30 ? 'bg-panel px-1' : ''}>
            waited {edge.estimated ? 'up to ' : ''}
            {formatNanoseconds(edge.waitedNs)}
          </span>
        </span>
      </div>
    </div>
  )
}

/** The words of a wait stand after its bar, before it where the bar ends late, and on it where it fills the row. */
const labelPlace = (left: number, width: number): CSSProperties => {
  if (width > 30) return { left: `${left + width / 2}%`, transform: 'translateX(-50%)' }
  return left + width > 80 ? { right: `${100 - left}%` } : { left: `${left + width}%` }
}
