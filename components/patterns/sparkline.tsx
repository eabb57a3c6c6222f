/** A small line of recent values, oldest first; null is a gap. Its words are in `label`, for those who can not see it. */
export const Sparkline = ({
  points,
  label,
  width = 96,
  height = 20,
  bars = false,
  isWide = false,
  marks = [],
}: {
  readonly points: readonly (number | null)[]
  readonly label: string
  readonly width?: number
  readonly height?: number
  readonly bars?: boolean
  /** As wide as its place; `width` is then only the unit it is drawn in. */
  readonly isWide?: boolean
  /** Where something happened that explains a change: `at` from 0, the oldest edge, to 1, now. */
  readonly marks?: readonly { readonly id: string; readonly at: number; readonly text: string }[]
}) => {
  const top = Math.max(1, ...points.map((point) => point ?? 0))
  const step = points.length > 1 ? width / (points.length - (bars ? 0 : 1)) : width
  const y = (value: number) => height - 1 - (value / top) * (height - 2)
  return (
    <svg
      role="img"
      aria-label={label}
      width={isWide ? '100%' : width}
      height={height}
      {...(isWide ? { preserveAspectRatio: 'none' } : {})}
      viewBox={`0 0 ${width} ${height}`}
      className="block shrink-0 text-muted"
    >
      {bars
        ? points.map((point, index) =>
            point ? (
              <rect
                key={index}
                x={index * step}
                y={y(point)}
                width={Math.max(1, step - 0.5)}
                height={height - y(point)}
                fill="currentColor"
              />
            ) : null,
          )
        : linesOf(points).map((line) =>
            line.length === 1 ? (
              <circle
                key={line[0]?.index}
                cx={Math.min(width - 1.5, (line[0]?.index ?? 0) * step)}
                cy={y(line[0]?.value ?? 0)}
                r={1.5}
                fill="currentColor"
              />
            ) : (
              <polyline
                key={line[0]?.index}
                points={line
                  .map(({ index, value }) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`)
                  .join(' ')}
                fill="none"
                stroke="currentColor"
                strokeWidth={1.25}
                strokeLinejoin="round"
              />
            ),
          )}
      {marks.map(({ id, at, text }) => (
        <line
          key={id}
          x1={at * width}
          x2={at * width}
          y1={0}
          y2={height}
          stroke="var(--info)"
          strokeWidth={1.5}
          strokeDasharray="3 2"
          vectorEffect="non-scaling-stroke"
        >
          <title>{text}</title>
        </line>
      ))}
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line)" />
    </svg>
  )
}

type Point = { readonly index: number; readonly value: number }

const linesOf = (points: readonly (number | null)[]): Point[][] => {
  const lines: Point[][] = []
  let line: Point[] = []
  for (const [index, value] of points.entries()) {
    if (value !== null) line.push({ index, value })
    else if (line.length > 0) {
      lines.push(line)
      line = []
    }
  }
  return line.length > 0 ? [...lines, line] : lines
}
