'use client'
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { useZone } from '../client/zone-provider.tsx'
import { timeParts } from './time-text.ts'

export type ChartSeries = {
  readonly id: string
  readonly name: string
  readonly colour: string
  readonly dashed?: boolean
}
export type ChartPoint = { readonly at: number } & Readonly<Record<string, number | null>>
export type ChartMark = { readonly id: string; readonly atMs: number; readonly text: string }

const mostLetters = 48

/** Lines over time with one crosshair; a missing value is a gap, not a zero. Marks are vertical lines. */
export const TimeChart = ({
  label,
  series,
  points,
  marks,
  from,
  to,
  format,
}: {
  readonly label: string
  readonly series: readonly ChartSeries[]
  readonly points: readonly ChartPoint[]
  readonly marks: readonly ChartMark[]
  readonly from: number
  readonly to: number
  readonly format: (value: number) => string
}) => {
  const { zone } = useZone()
  const clock = (at: number) => timeParts(at, zone).time.slice(0, 5)
  return (
    <div role="img" aria-label={label} className="h-56 w-full">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart
          data={[...points]}
          margin={{ top: 12, right: 12, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={[from, to]}
            tickFormatter={clock}
            tick={{ fontSize: 12, fill: 'var(--muted)' }}
            stroke="var(--line)"
            tickCount={7}
          />
          <YAxis
            width={64}
            tickFormatter={format}
            tick={{ fontSize: 12, fill: 'var(--muted)' }}
            stroke="var(--line)"
            allowDecimals={false}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={(at) => timeParts(Number(at), zone).time}
            formatter={(value, name) => [format(Number(value)), name]}
            contentStyle={{
              background: 'var(--raised)',
              border: '1px solid var(--line)',
              borderRadius: 6,
              fontSize: 12,
              color: 'var(--text)',
            }}
          />
          {marks.map(({ id, atMs, text }) => (
            <ReferenceLine
              key={id}
              x={atMs}
              stroke="var(--info)"
              strokeDasharray="3 3"
              label={{
                value: text.length > mostLetters ? `${text.slice(0, mostLetters - 1)}…` : text,
                // Towards the middle: at the right edge it would be cut.
                position: atMs - from > (to - from) / 2 ? 'insideTopRight' : 'insideTopLeft',
                fontSize: 11,
                fill: 'var(--info)',
              }}
            />
          ))}
          {series.map(({ id, name, colour, dashed }) => (
            <Line
              key={id}
              dataKey={id}
              name={name}
              stroke={colour}
              strokeWidth={1.5}
              dot={false}
              connectNulls={false}
              isAnimationActive={false}
              {...(dashed ? { strokeDasharray: '4 3' } : {})}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  )
}
