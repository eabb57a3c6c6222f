import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { SchemaCatalogue } from './schema-catalogue.ts'

export type RegisteredSchema = {
  readonly id: number
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly text: string
  /** Referenced schemas, already fetched: the name by which this schema refers to each, and its text. */
  readonly references: readonly { readonly name: string; readonly text: string }[]
  /** Where it is registered, when the registry told (an optional call that may answer 404 or 405). */
  readonly subject: string | null
  readonly version: number | null
}

/** A schema that was asked for by its GUID: registries do not tell its id with it. */
export type GuidSchema = Omit<RegisteredSchema, 'id'> & { readonly id: number | null; readonly guid: string }

/** The Confluent schema registry API as far as reading needs it. Implementations cache schemas by id: they never change. */
export type SchemaRegistry = {
  /** `not-found` when the registry has no such id; `unreachable` and `timeout` when it did not answer. */
  schemaById(id: number, call: Call): Answer<RegisteredSchema>
  /**
   * By the GUID of Confluent's newer wire format. An optional call: `not-found` also where a registry does not know
   * GUIDs at all, `unsupported` where it says so.
   */
  schemaByGuid?(guid: string, call: Call): Answer<GuidSchema>
  subjects(call: Call): Answer<readonly string[]>
  ping(call: Call): Answer<null>
  readonly catalogue: SchemaCatalogue
}
