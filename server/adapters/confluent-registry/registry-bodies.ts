import { z } from 'zod'

/** What a registry answers with, as far as it is used here. */
export const names = z.array(z.string())
export const numbers = z.array(z.number().int())
const references = z.array(z.object({ name: z.string(), subject: z.string(), version: z.number().int() }))
export const schemaBody = z.object({
  schema: z.string(),
  /** Left out for Avro. */
  schemaType: z.string().nullish(),
  references: references.nullish(),
})
export type SchemaBody = z.infer<typeof schemaBody>
export const guidBody = schemaBody.extend({ id: z.number().int().nullish() })
export type GuidBody = z.infer<typeof guidBody>
export const versionBody = schemaBody.extend({ id: z.number().int(), version: z.number().int() })
export type VersionBody = z.infer<typeof versionBody>
export const placeBody = z.object({ version: z.number().int() })
export const places = z.array(z.object({ subject: z.string(), version: z.number().int() }))
export const registeredBody = z.object({ id: z.number().int() })
export const levelBody = z.object({
  compatibilityLevel: z.string().nullish(),
  compatibility: z.string().nullish(),
})
export const modeBody = z.object({ mode: z.string() })
export const testBody = z.object({
  is_compatible: z.boolean(),
  messages: z.unknown().optional(),
  reason: z.unknown().optional(),
})
/** Of a call whose answer says no more than that it was done. */
export const anything = z.unknown()
