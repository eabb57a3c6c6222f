import { makeSchemaCompiler } from './compile-schema.ts'
import type { DecodeOptions } from './decode-side.ts'
import type { PayloadSchema, SchemaLookup } from './payload-schema.ts'

const compile = makeSchemaCompiler()

/** Options of a value without schema, choice or configuration, for tests. */
export const decodeOptions = (more: Partial<DecodeOptions> = {}): DecodeOptions => ({
  topic: 'orders',
  side: 'value',
  headers: [],
  key: null,
  lookUp: () => ({ state: 'none' }),
  compile,
  proto: null,
  choice: null,
  maxTextChars: 100_000,
  maxRawBytes: 0,
  wantsReports: false,
  ...more,
})

/** A registry that answers every reference alike. */
export const answering = (lookup: SchemaLookup): Partial<DecodeOptions> => ({ lookUp: () => lookup })
export const schemaFound = (type: PayloadSchema['type'], text: string): Partial<DecodeOptions> =>
  answering({ state: 'found', schema: { id: 7, type, text, references: [], subject: 's', version: 1 } })

/** A payload with magic byte 0 and schema id 7 before it. */
export const framedBy7 = (...parts: (Uint8Array | number[])[]): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), ...parts.map((part) => Buffer.from(part))])

export const withoutSpace = (text: string | null): string | undefined => text?.replace(/\s+/g, '')
