'use client'
import { useQuery } from '@tanstack/react-query'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SidePanel } from '../../patterns/side-panel.tsx'
import { LetterCause, LetterOrigin } from './letter-sections.tsx'
import { TraceLink } from './letter-trace-link.tsx'

/** One dead letter beside the list of its failure group. */
export const LetterPanel = ({
  connection,
  id,
  onClose,
}: {
  readonly connection: string
  readonly id: string
  readonly onClose: () => void
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showDeadLetter, { params: { connection, id } }),
    refetchInterval: false,
  })
  const letter = query.data?.letter
  return (
    <SidePanel
      title={letter ? (letter.keyText ?? `${letter.topic} ${letter.position}`) : `Dead letter ${id}`}
      mono
      href={routes.deadLetter(connection, id)}
      onClose={onClose}
    >
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={16} />} degraded={({ degraded }) => degraded}>
        {(data) => (
          <div className="flex flex-col gap-3">
            {data.trace === null ? null : (
              <div className="flex gap-2">
                <TraceLink connection={connection} trace={data.trace} />
              </div>
            )}
            <LetterCause data={data} connection={connection} />
            <LetterOrigin data={data} connection={connection} />
          </div>
        )}
      </QueryPanel>
    </SidePanel>
  )
}
