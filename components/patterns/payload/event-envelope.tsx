import type { DecodedSide } from '#server/contracts/messages.ts'
import { KeyValue } from '../key-value.tsx'

/** The envelope of a CloudEvent: its attributes, and where they stand. */
export const EventEnvelope = ({ event }: { readonly event: NonNullable<DecodedSide['event']> }) => (
  <div className="border-b border-line px-3 py-2 text-small">
    <p className="mb-1 text-muted">
      CloudEvent,{' '}
      {event.mode === 'binary'
        ? 'its envelope in the headers (binary mode): the value is the data alone'
        : 'envelope and data in one document (structured mode)'}
    </p>
    <KeyValue
      rows={event.attributes.map(({ name, value }) => [
        name,
        <span key={name} className="font-mono break-all">
          {value}
        </span>,
      ])}
    />
  </div>
)
