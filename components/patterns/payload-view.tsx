'use client'
import { useState } from 'react'
import type { DecodedSide } from '#server/contracts/messages.ts'
import { useHotkey } from '../client/use-hotkey.ts'
import { Button } from '../ui/button.tsx'
import { CodeView } from './code-view.tsx'
import { hexLines } from './hex-lines.ts'
import { formatBytes } from './quantity.ts'

const kinds: Readonly<Record<DecodedSide['kind'], string>> = {
  null: 'null',
  avro: 'Avro',
  protobuf: 'Protobuf',
  'json-schema': 'JSON Schema',
  json: 'JSON',
  cloudevent: 'CloudEvent (structured)',
  msgpack: 'MessagePack',
  cbor: 'CBOR',
  xml: 'XML',
  'kafka-record': 'Kafka’s own record',
  text: 'Text',
  latin1: 'Text (Latin-1)',
  int16: '16-bit integer',
  int32: '32-bit integer',
  int64: '64-bit integer',
  float32: '32-bit float',
  float64: '64-bit float',
  uuid: 'UUID',
  base64: 'Base64',
  bytes: 'Bytes',
}

/** One side of a message: which decoder won, its text, and its raw bytes one key away (`b`). */
export const PayloadView = ({
  side,
  label,
  hotkey,
}: {
  readonly side: DecodedSide
  readonly label: string
  readonly hotkey?: boolean
}) => {
  const [raw, setRaw] = useState(false)
  useHotkey('b', () => setRaw((now) => !now), hotkey === true && side.raw !== null)
  const { schema } = side
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5 text-small text-muted">
        <span className="text-text">{kinds[side.kind]}</span>
        {schema ? (
          <span>
            schema {schema.id}
            {schema.name === null ? '' : ` · ${schema.name}`}
            {schema.version === null ? '' : ` v${schema.version}`}
          </span>
        ) : null}
        <span>{formatBytes(side.sizeBytes)}</span>
        {side.truncated ? <span className="text-warning">first part only</span> : null}
        {side.raw === null ? null : (
          <Button
            kind="bare"
            size="small"
            className="ml-auto"
            aria-pressed={raw}
            onClick={() => setRaw(!raw)}
          >
            {raw ? 'Decoded' : 'Raw bytes'}
          </Button>
        )}
      </div>
      {side.problem === null ? null : (
        <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">{side.problem}</p>
      )}
      {raw && side.raw !== null ? (
        <CodeView label={`${label}, raw bytes`} text={hexLines(side.raw)} isJson={false} wraps={false} />
      ) : side.text === null ? (
        <p className="px-3 py-3 text-muted">
          null: there is no {label.toLowerCase()}.{' '}
          {label === 'Value' ? 'On a compacted topic this deletes the key (a tombstone).' : ''}
        </p>
      ) : side.text === '' ? (
        <p className="px-3 py-3 text-muted">Empty: zero bytes.</p>
      ) : (
        <CodeView label={label} text={side.text} isJson={side.isJson} />
      )}
    </div>
  )
}
