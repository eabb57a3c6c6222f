import type { Convention } from '#server/contracts/convention-titles.ts'

/** One record header as the broker holds it: order and duplicates are those of the list; a value may be null. */
export type RawHeader = { readonly name: string; readonly value: Uint8Array | null }

/** A fact read from a header, with the header it came from and where that header stands in the record. */
export type Sourced<T> = { readonly value: T; readonly header: string; readonly index: number }

/** One death of a message. A field is absent when its header is missing, null or not of the convention's encoding. */
export type Death = {
  readonly originTopic?: Sourced<string>
  readonly originPartition?: Sourced<number>
  /** Decimal text of a 64-bit offset. */
  readonly originOffset?: Sourced<string>
  /** Decimal text, milliseconds since the epoch. */
  readonly originTimestamp?: Sourced<string>
  readonly group?: Sourced<string>
  /** Deliveries that were made before the framework gave up, of the newest death only. */
  readonly attempts?: Sourced<number>
  readonly errorClass?: Sourced<string>
  readonly causeClass?: Sourced<string>
  readonly message?: Sourced<string>
  readonly stack?: Sourced<string>
  /** When the framework gave up, where it writes that down: decimal text, milliseconds since the epoch. */
  readonly diedAt?: Sourced<string>
}

export type DeathField = keyof Death

export const deathFields = [
  'originTopic',
  'originPartition',
  'originOffset',
  'originTimestamp',
  'group',
  'attempts',
  'errorClass',
  'causeClass',
  'message',
  'stack',
  'diedAt',
] as const satisfies readonly DeathField[]

export type ConventionName = Exclude<Convention, 'unrecognised'>

/** What a dead letter's own timestamp is that of. */
export type TimestampOf = 'death' | 'origin' | 'unknown'

export type DecodedDeadLetter = {
  /** The convention of the newest death. */
  readonly convention: ConventionName
  /** Every convention whose headers the record carries, that of the newest death first. */
  readonly conventions: readonly ConventionName[]
  /** The newest death, chosen by the convention's own rule. */
  readonly death: Death
  /** Earlier deaths, newest first. They carry only the fields that the framework repeats for every death. */
  readonly history: readonly Death[]
  /** Fields that the convention could carry and this record does not, or not readably. */
  readonly missing: readonly DeathField[]
  /** Fields for which the convention has no header. */
  readonly neverWritten: readonly DeathField[]
  /** Whether applications use headers of these names, too: that it is this convention is then only likely. */
  readonly hasCommonNames: boolean
  readonly timestampOf: TimestampOf
  /** Whether the convention's records may lack key and value and only point to the origin record. */
  readonly mayPoint: boolean
  /** Names of the headers that its conventions added. */
  readonly failureHeaders: readonly RegExp[]
}
