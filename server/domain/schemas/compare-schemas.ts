import { formatJson } from '../payload/format-json.ts'
import { compareAvro } from './compare-avro.ts'
import { compareJsonSchema } from './compare-json-schema.ts'
import { compareProtobuf } from './compare-protobuf.ts'
import { type ChangeEffect, type SchemaChange, worstEffect } from './schema-change.ts'

export type ComparedSchema = {
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly text: string
  /** Referenced texts, innermost first. */
  readonly references: readonly { readonly name: string; readonly text: string }[]
}

export type SchemaComparison = {
  readonly changes: readonly SchemaChange[]
  readonly backward: ChangeEffect
  readonly forward: ChangeEffect
  /** One sentence about both directions. */
  readonly verdict: string
  /** Why meaning could not be compared; the texts still can. */
  readonly problem: string | null
}

/** A schema as people read it: JSON laid out with every digit kept, Protobuf as written. */
export const layOutSchema = ({
  type,
  text,
}: {
  readonly type: ComparedSchema['type']
  readonly text: string
}): string => (type === 'PROTOBUF' ? text : (formatJson(text) ?? text))

const readers = {
  fine: 'read it',
  risk: 'may fail on some of it',
  breaks: 'fail on it',
} as const

/** The verdict over both directions in one sentence. */
const sayVerdict = (backward: ChangeEffect, forward: ChangeEffect, changes: number): string => {
  if (changes === 0) return 'Nothing differs that a reader could notice.'
  if (backward === 'fine' && forward === 'fine')
    return 'Breaks nobody: old and new readers read old and new data.'
  const oldReaders = `Old readers of new data ${readers[forward]}`
  const newReaders = `new readers of old data ${readers[backward]}`
  return `${oldReaders}; ${newReaders}.`
}

/** Compares two versions of a schema as meaning. Never throws: what can not be compared is said in `problem`. */
export const compareSchemas = (before: ComparedSchema, after: ComparedSchema): SchemaComparison => {
  if (before.type !== after.type)
    return incomparable(`${before.type} became ${after.type}: readers of one can not read the other.`)
  try {
    const compare = { AVRO: compareAvro, PROTOBUF: compareProtobuf, JSON: compareJsonSchema }[after.type]
    const changes = compare(before, after)
    const backward = worstEffect(changes.map((one) => one.backward))
    const forward = worstEffect(changes.map((one) => one.forward))
    return {
      changes,
      backward,
      forward,
      verdict: sayVerdict(backward, forward, changes.length),
      problem: null,
    }
  } catch (error) {
    return incomparable(
      `The meaning can not be compared: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

const incomparable = (problem: string): SchemaComparison => ({
  changes: [],
  backward: 'breaks',
  forward: 'breaks',
  verdict: problem,
  problem,
})
