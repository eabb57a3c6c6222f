import type { FieldType, Layout } from './read-kafka-layout.ts'

/**
 * Records of Kafka's own topics, as the message definitions of Apache Kafka 4.3.1 have them (group-coordinator,
 * transaction-coordinator and share-coordinator, `resources/common/message`; read from the generated schemas of the
 * released jars). A key begins with the type of its record, a value with its version.
 */
export type RecordLayout = {
  readonly type: number
  readonly name: string
  readonly key: Layout
  /** Undefined for a version that is not known. */
  readonly value: (version: number) => Layout | undefined
}

export type Fields = Layout['fields']
export const plain = (...fields: Fields): Layout => ({ fields })
export const flexible = (fields: Fields, tags: NonNullable<Layout['tags']> = {}): Layout => ({ fields, tags })
export const list = (of: FieldType | Layout): FieldType => ({ list: of, compact: true })
export const oldList = (of: FieldType | Layout): FieldType => ({ list: of, compact: false })
/** A value that has one version so far. */
export const only = (layout: Layout) => (version: number) => (version === 0 ? layout : undefined)
