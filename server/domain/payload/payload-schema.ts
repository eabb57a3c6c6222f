/** A schema as decoding needs it, with its references resolved. */
export type PayloadSchema = {
  /** Null for a schema that is known by its GUID alone. */
  readonly id: number | null
  readonly guid?: string
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly text: string
  readonly references: readonly { readonly name: string; readonly text: string }[]
  readonly subject: string | null
  readonly version: number | null
}

/** How a payload or its headers name a schema. */
export type SchemaReference =
  | { readonly by: 'id'; readonly id: number }
  | { readonly by: 'guid'; readonly guid: string }
  /** Of AWS Glue's registry, which is not asked. */
  | { readonly by: 'glue'; readonly guid: string }

/** What is known about the schema that a payload names. */
export type SchemaLookup =
  | { readonly state: 'none' }
  | { readonly state: 'found'; readonly schema: PayloadSchema }
  | { readonly state: 'missing' | 'unreachable'; readonly why: string }

export type LookUpSchema = (reference: SchemaReference) => SchemaLookup

/** One text for each reference, to look it up by. */
export const keyOfReference = (reference: SchemaReference): string =>
  reference.by === 'id' ? `id ${reference.id}` : `${reference.by} ${reference.guid}`

/** As a sentence names it: "7", "GUID 0b3c…". */
export const nameOfReference = (reference: SchemaReference): string =>
  reference.by === 'id' ? String(reference.id) : `${reference.by === 'guid' ? 'GUID ' : ''}${reference.guid}`

/** The schema id of a payload in the Confluent wire format (magic byte 0, then a 32-bit id), or null. */
export const readSchemaId = (bytes: Uint8Array | null): number | null => {
  if (bytes === null || bytes.length < 5 || bytes[0] !== 0) return null
  const id = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(1)
  return id > 0 ? id : null
}
