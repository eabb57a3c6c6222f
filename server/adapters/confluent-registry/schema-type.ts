import type { RegisteredSchema } from '#server/ports/schema-registry.ts'

const types = { AVRO: 'AVRO', PROTOBUF: 'PROTOBUF', JSON: 'JSON' } as const

/** The type of a schema; a registry leaves Avro's out. */
export const typeOfSchema = (given: string | null | undefined): RegisteredSchema['type'] =>
  types[(given ?? 'AVRO').toUpperCase() as keyof typeof types] ?? 'AVRO'
