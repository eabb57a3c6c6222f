import type { RawHeader } from '../dead-letter.ts'
import { findFrames, isFrame } from './find-frames.ts'
import type { SchemaReference } from './payload-schema.ts'

/** The schema that a value names, as its bytes or headers tell it: none or one. Glue's are not asked for and left out. */
export const schemasOf = ({
  value,
  headers,
}: {
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}): readonly SchemaReference[] =>
  value === null
    ? []
    : findFrames(value, headers, 'value')
        .filter(isFrame)
        .map(({ reference }) => reference)
        .filter(({ by }) => by !== 'glue')
        .slice(0, 1)
