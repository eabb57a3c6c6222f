import type { DecodedSide } from '#server/contracts/messages.ts'

/** What formats are called. */
export const payloadKinds: Readonly<Record<DecodedSide['kind'], string>> = {
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

/** Kinds whose bytes are the text that is shown, before it was laid out. */
export const writtenAsText: ReadonlySet<DecodedSide['kind']> = new Set(['json', 'cloudevent', 'xml', 'text'])

/** The text as it was written, where it came along whole; otherwise the decoded one. */
export const rawTextOf = ({ kind, raw, sizeBytes, text, schema }: DecodedSide): string => {
  const decoded = text ?? ''
  if (raw === null || schema !== null || !writtenAsText.has(kind)) return decoded
  const bytes = Uint8Array.from(atob(raw), (character) => character.charCodeAt(0))
  if (bytes.length < sizeBytes) return decoded
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return decoded
  }
}
