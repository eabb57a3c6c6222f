import { compileJsonSchemaCheck } from '../payload/check-json-schema.ts'
import { parseExactJson } from '../payload/exact-json.ts'
import type { PayloadSchema } from '../payload/payload-schema.ts'

/** Answers why a document does not fit, or null when it does. */
export type JsonSchemaCheck = (json: string) => string | null

/**
 * Makes a check of documents against a JSON Schema. Null when the schema can not be used: a draft or reference that the
 * validator does not know.
 */
export const makeJsonSchemaCheck = (
  schema: Pick<PayloadSchema, 'text' | 'references'>,
): JsonSchemaCheck | null => {
  try {
    const check = compileJsonSchemaCheck(schema)
    return (json) => {
      const parsed = parseExactJson(json)
      if (!parsed.ok) return `it is not JSON: ${parsed.message}.`
      const [first] = check(parsed.value)
      return first ? `${first.path || 'the document'} ${first.message}.` : null
    }
  } catch {
    return null
  }
}
