import type { SchemaChoice } from '#server/contracts/produce.ts'
import type { PayloadSchema } from '#server/domain/payload/payload-schema.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

export type ChosenSchema = PayloadSchema & { readonly id: number }

/** The schema that a draft names, with its references; or why it can not be had, in a sentence. */
export const findChosenSchema = async (
  { registry, name }: Connection,
  choice: SchemaChoice,
  call: Call,
): Promise<Result<ChosenSchema, string>> => {
  if (registry === null) return fail(`${name} has no schema registry: name one for it in spillway.yaml.`)
  if ('id' in choice) {
    const found = await registry.schemaById(choice.id, call)
    return found.ok
      ? succeed({ ...found.value, id: choice.id })
      : fail(`Schema ${choice.id}: ${found.error.detail}`)
  }
  const { subject, version } = choice
  const place = await registry.catalogue.version(subject, version, { deleted: false }, call)
  if (!place.ok) return fail(`Version ${version} of ${subject}: ${place.error.detail}`)
  const { id } = place.value
  const found = await registry.schemaById(id, call)
  return found.ok
    ? succeed({ ...found.value, id, subject, version: place.value.version })
    : fail(`Schema ${id} of ${subject}: ${found.error.detail}`)
}
