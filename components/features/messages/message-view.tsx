'use client'
import { useQuery } from '@tanstack/react-query'
import { endpoints } from '#server/contracts/endpoints.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { routes } from '../../client/routes.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { HeaderList } from '../../patterns/header-list.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { PayloadView } from '../../patterns/payload-view.tsx'
import { formatBytes, formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

/** One message: value and key decoded, headers explained, raw bytes one key away. */
export const MessageView = ({
  connection,
  topic,
  position,
}: {
  readonly connection: string
  readonly topic: string
  readonly position: string
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showMessage, { params: { connection, topic, position } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const traceId = query.data?.traceId ?? null
  const keyText = query.data?.key.kind === 'text' ? query.data.key.text : null
  return (
    <PageShell
      title={`${topic} ${position}`}
      mono
      actions={
        <>
          {keyText === null ? null : (
            <LinkButton href={routes.topic(connection, topic, { key: keyText })}>Same key</LinkButton>
          )}
          {traceId === null ? null : (
            <LinkButton href={routes.trace(connection, traceId)}>Open trace</LinkButton>
          )}
        </>
      }
    >
      <QueryPanel query={query} skeleton={<TableSkeleton rows={10} columns={3} />}>
        {(message) => (
          <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              {message.registryProblem === null ? null : (
                <p className="rounded-base border border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
                  The schema registry could not be asked: {message.registryProblem}
                </p>
              )}
              <Section title="Value" padded={false}>
                <PayloadView side={message.value} label="Value" hotkey />
              </Section>
              <Section title="Key" padded={false}>
                <PayloadView side={message.key} label="Key" />
              </Section>
            </div>
            <div className="flex min-w-0 flex-col gap-3">
              <Section title="Record">
                <KeyValue
                  rows={[
                    ['Topic', <Copyable key="t" text={topic} what="topic" />],
                    ['Partition', String(message.partition)],
                    [
                      'Offset',
                      <Copyable
                        key="o"
                        text={message.offset}
                        what="offset"
                        shown={formatCount(message.offset)}
                      />,
                    ],
                    ['Timestamp', <Time key="ts" at={message.timestampMs} relative />],
                    ['Timestamp set by', message.timestampType === 'create' ? 'producer' : 'broker'],
                    ['Size', formatBytes(message.sizeBytes)],
                    [
                      'Trace',
                      traceId === null ? (
                        <span key="n" className="text-faint">
                          none in its headers
                        </span>
                      ) : (
                        <Copyable key="tr" text={traceId} what="trace id" />
                      ),
                    ],
                  ]}
                />
              </Section>
              <Section title={`Headers (${message.headers.length})`} padded={false}>
                <HeaderList headers={message.headers} />
              </Section>
            </div>
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}
