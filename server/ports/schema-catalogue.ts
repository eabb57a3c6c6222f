import type { Answer } from './answer.ts'
import type { Call } from './call.ts'

export type SchemaType = 'AVRO' | 'PROTOBUF' | 'JSON'
/** How one schema refers to another: the name inside its text, and what that name stands for. */
export type SchemaReference = { readonly name: string; readonly subject: string; readonly version: number }
/** A schema that is not registered yet, or may not be. */
export type SchemaDraft = {
  readonly type: SchemaType
  readonly text: string
  readonly references: readonly SchemaReference[]
}
export type SchemaVersion = SchemaDraft & {
  readonly subject: string
  readonly version: number
  readonly id: number
}
export type SchemaPlace = { readonly subject: string; readonly version: number }
/** The registry's own answer about a draft, with its reasons as it words them. */
export type RegistryVerdict = { readonly compatible: boolean; readonly reasons: readonly string[] }

/**
 * What is registered, and changing it: the Confluent schema registry API beyond reading a schema by its id. Calls marked
 * optional are missing in some registries (Apicurio, Karapace, Redpanda): those answer `unsupported`, and soon.
 */
export type SchemaCatalogue = {
  /** Names of subjects; with `deleted`, also those that were deleted softly. */
  subjects(ask: { readonly deleted: boolean }, call: Call): Answer<readonly string[]>
  /** Version numbers of a subject, rising. `not-found` when there is none. */
  versions(subject: string, ask: { readonly deleted: boolean }, call: Call): Answer<readonly number[]>
  version(
    subject: string,
    version: number | 'latest',
    ask: { readonly deleted: boolean },
    call: Call,
  ): Answer<SchemaVersion>
  /** Where a schema id is registered, softly deleted places included. Optional. */
  placesOf(id: number, call: Call): Answer<readonly SchemaPlace[]>
  /** Ids of the schemas that refer to this version. Optional. */
  referencedBy(subject: string, version: number, call: Call): Answer<readonly number[]>
  /** Level in force: of the subject, or of all (null). `own` when the subject has one of its own, null when not told. Optional. */
  compatibility(
    subject: string | null,
    call: Call,
  ): Answer<{ readonly level: string; readonly own: boolean | null }>
  /** READWRITE, READONLY, READONLY_OVERRIDE, IMPORT. Optional. */
  mode(subject: string | null, call: Call): Answer<string>
  /** Optional. */
  contexts(call: Call): Answer<readonly string[]>
  /** Schema types that may be registered. Optional. */
  types(call: Call): Answer<readonly string[]>
  /** Whether the registry would take a draft as the next version, under the level in force. Optional. */
  test(subject: string, draft: SchemaDraft, against: 'latest' | 'all', call: Call): Answer<RegistryVerdict>
  /** The version under which this very text is registered already, or null. Optional. */
  lookUp(subject: string, draft: SchemaDraft, call: Call): Answer<SchemaPlace | null>
  /** Answers the id. `invalid` with the registry's reason when it refuses the text or finds it incompatible. */
  register(subject: string, draft: SchemaDraft, call: Call): Answer<number>
  /** Permanently only what was deleted softly before. */
  deleteVersion(
    subject: string,
    version: number,
    ask: { readonly permanent: boolean },
    call: Call,
  ): Answer<null>
  /** Answers the versions that are gone. Permanently only what was deleted softly before. */
  deleteSubject(subject: string, ask: { readonly permanent: boolean }, call: Call): Answer<readonly number[]>
  /** Of a subject or of all (null); level null takes the subject's own level away. */
  setCompatibility(subject: string | null, level: string | null, call: Call): Answer<null>
}
