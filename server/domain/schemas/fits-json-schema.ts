import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'

/** Answers why a document does not fit, or null when it does. */
export type JsonSchemaCheck = (json: string) => string | null

/**
 * Makes a check of documents against a JSON Schema (draft 7; unknown words are passed over). Null when the schema can not
 * be used: a draft or reference that the validator does not know.
 */
export const makeJsonSchemaCheck = (schema: string): JsonSchemaCheck | null => {
  try {
    const ajv = new Ajv({ strict: false, validateFormats: true, logger: false })
    ajvFormats.default(ajv)
    const validate = ajv.compile(JSON.parse(schema))
    return (json) => {
      if (validate(JSON.parse(json))) return null
      const [first] = validate.errors ?? []
      const where = first?.instancePath ? first.instancePath.slice(1).replaceAll('/', '.') : 'the document'
      return `${where} ${first?.message ?? 'does not fit'}.`
    }
  } catch {
    return null
  }
}
