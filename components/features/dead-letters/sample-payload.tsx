'use client'
import { useQuery } from '@tanstack/react-query'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { PayloadView } from '../../patterns/payload-view.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SchemaLink } from '../../patterns/schema-link.tsx'
import { Section } from '../../patterns/section.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { LetterPointer } from './letter-pointer.tsx'

/** The payload of one letter of the group, decoded. */
export const SamplePayload = ({
  connection,
  letterId,
}: {
  readonly connection: string
  readonly letterId: string
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showDeadLetter, { params: { connection, id: letterId } }),
    refetchInterval: false,
    staleTime: 60_000,
  })
  return (
    <Section
      title="Sample payload"
      padded={false}
      aside={
        <LinkButton href={routes.deadLetter(connection, letterId)} size="small">
          Open letter
        </LinkButton>
      }
    >
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={6} />}>
        {(data) => {
          const { record, recordProblem, letter } = data
          return record === null ? (
            <p className="p-3 text-muted">{recordProblem}</p>
          ) : (
            <>
              {letter.isPointer ? <LetterPointer data={data} connection={connection} /> : null}
              <SchemaLink connection={connection} side={record.value} />
              <PayloadView
                side={record.value}
                label="Value"
                source={{ connection, topic: letter.topic, position: letter.position, side: 'value' }}
              />
            </>
          )
        }}
      </QueryPanel>
    </Section>
  )
}
