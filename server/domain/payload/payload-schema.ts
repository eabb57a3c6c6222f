/** A schema as decoding needs it, with its references resolved. */
export type PayloadSchema = {
  readonly id: number
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly text: string
  readonly references: readonly { readonly name: string; readonly text: string }[]
  readonly subject: string | null
  readonly version: number | null
}

/** What is known about the schema that a payload's prefix names. */
export type SchemaLookup =
  | { readonly state: 'none' }
  | { readonly state: 'found'; readonly schema: PayloadSchema }
  | { readonly state: 'missing' | 'unreachable'; readonly id: number; readonly why: string }

/** The schema id of a payload in the Confluent wire format (magic byte 0, then a 32-bit id), or null. */
export const readSchemaId = (bytes: Uint8Array | null): number | null => {
  if (bytes === null || bytes.length < 5 || bytes[0] !== 0) return null
  const id = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(1)
  return id > 0 ? id : null
}
