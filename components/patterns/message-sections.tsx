'use client'
import type { MessageDetail } from '#server/contracts/messages.ts'
import { Copyable } from './copyable.tsx'
import { HeaderList } from './header-list.tsx'
import { KeyValue } from './key-value.tsx'
import { PayloadView } from './payload-view.tsx'
import { formatBytes, formatCount } from './quantity.ts'
import { SchemaLink } from './schema-link.tsx'
import { Section } from './section.tsx'
import { Time } from './time.tsx'

/** Value and key of a message, decoded; raw bytes one key away. */
export const MessagePayloads = ({
  connection,
  message,
}: {
  readonly connection: string
  readonly message: MessageDetail
}) => (
  <div className="flex min-w-0 flex-col gap-3">
    {message.registryProblem === null ? null : (
      <p className="rounded-base border border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
        The schema registry could not be asked: {message.registryProblem}
      </p>
    )}
    <Section title="Value" padded={false}>
      <SchemaLink connection={connection} side={message.value} />
      <PayloadView
        side={message.value}
        label="Value"
        hotkey
        source={{ connection, topic: message.topic, position: message.position, side: 'value' }}
      />
    </Section>
    <Section title="Key" padded={false}>
      <SchemaLink connection={connection} side={message.key} />
      <PayloadView
        side={message.key}
        label="Key"
        name="keyView"
        source={{ connection, topic: message.topic, position: message.position, side: 'key' }}
      />
    </Section>
  </div>
)

/** Where and when a message was written, and its headers explained. */
export const MessageFacts = ({ message }: { readonly message: MessageDetail }) => (
  <div className="flex min-w-0 flex-col gap-3">
    <Section title="Record">
      <KeyValue
        rows={[
          ['Topic', <Copyable key="t" text={message.topic} what="topic" />],
          ['Partition', String(message.partition)],
          [
            'Offset',
            <Copyable key="o" text={message.offset} what="offset" shown={formatCount(message.offset)} />,
          ],
          ['Timestamp', <Time key="ts" at={message.timestampMs} relative />],
          ['Timestamp set by', message.timestampType === 'create' ? 'producer' : 'broker'],
          ['Size', formatBytes(message.sizeBytes)],
          [
            'Trace',
            message.traceId === null ? (
              <span key="n" className="text-faint">
                none in its headers
              </span>
            ) : (
              <Copyable key="tr" text={message.traceId} what="trace id" />
            ),
          ],
        ]}
      />
    </Section>
    <Section title={`Headers (${message.headers.length})`} padded={false}>
      <HeaderList headers={message.headers} />
    </Section>
  </div>
)
