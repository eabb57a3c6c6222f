import Link from 'next/link'
import type { Overview } from '#server/contracts/overview.ts'
import { routes } from '../../client/routes.ts'
import { serviceColour } from '../../patterns/service-colour.ts'
import { layOutMap, nodeHeight } from './lay-out-map.ts'

const arrow = 'system-map-arrow'
const strokes = { critical: 'var(--critical)', warning: 'var(--warning)', info: 'var(--info)' } as const

/** Services and topics with what flows between them: thickness is rate, colour is trouble, a click opens the page. */
export const SystemMap = ({
  map,
  connection,
}: {
  readonly map: Overview['data']['map']
  readonly connection: string
}) => {
  if (map.nodes.length === 0)
    return (
      <p className="px-4 py-4 text-muted">
        No spans have arrived in the last ten minutes, so there is no map to draw. Send OTLP/HTTP to port 4318
        of the worker.
      </p>
    )
  const { nodes, edges, width, height } = layOutMap(map)
  const busiest = Math.max(1, ...edges.map(({ perMinute }) => perMinute))
  return (
    <div
      role="group"
      aria-label="Map of services and topics"
      tabIndex={0}
      className="scroll-shade overflow-x-auto p-3"
    >
      <svg
        viewBox={`0 0 ${width} ${height}`}
        // As wide as it needs, narrower down to where its words can still be read, then it scrolls.
        style={{ width: '100%', maxWidth: width, minWidth: width * 0.85 }}
        className="block"
        aria-hidden
      >
        <title>Flow between services and topics</title>
        <defs>
          <marker
            id={arrow}
            viewBox="0 0 8 8"
            refX={7}
            refY={4}
            markerWidth={8}
            markerHeight={8}
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0.5 8 4 0 7.5Z" fill="var(--muted)" />
          </marker>
        </defs>
        {edges.map(({ from, to, path, perMinute }) => (
          <path
            key={`${from} ${to}`}
            d={path}
            fill="none"
            stroke="var(--line-strong)"
            strokeOpacity={0.55}
            markerEnd={`url(#${arrow})`}
            strokeWidth={1 + (3 * perMinute) / busiest}
          >
            <title>{`${Math.round(perMinute)} a minute`}</title>
          </path>
        ))}
        {nodes.map(({ id, kind, name, label, trouble, x, y, width: nodeWidth }) => (
          <Link
            key={id}
            href={
              kind === 'topic' ? routes.topic(connection, name) : routes.traces(connection, { service: name })
            }
            tabIndex={-1}
          >
            <rect
              x={x + 0.5}
              y={y + 0.5}
              width={nodeWidth - 1}
              height={nodeHeight - 1}
              rx={kind === 'topic' ? 4 : 13}
              fill="var(--panel)"
              stroke={trouble === null ? 'var(--line-strong)' : strokes[trouble]}
              strokeWidth={trouble === null ? 1 : 1.5}
            />
            <rect
              x={x + 9}
              y={y + nodeHeight / 2 - 3}
              width={6}
              height={6}
              rx={kind === 'topic' ? 1 : 3}
              fill={kind === 'topic' ? 'var(--queue)' : serviceColour(name)}
            />
            <text x={x + 21} y={y + nodeHeight / 2 + 4} fontSize={12} fill="var(--text)">
              {label}
              <title>{name}</title>
            </text>
          </Link>
        ))}
      </svg>
      <ul className="sr-only">
        {edges.map(({ from, to, perMinute }) => (
          <li key={`${from} ${to}`}>{`${from} to ${to}: ${Math.round(perMinute)} a minute`}</li>
        ))}
      </ul>
    </div>
  )
}
