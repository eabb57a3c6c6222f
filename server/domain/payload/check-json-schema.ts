import { Ajv, type ErrorObject, type Options } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { at, atIndex, type EncodeProblem, mostProblems } from './encode-problem.ts'
import { type ExactJson, isList } from './exact-json.ts'
import { ExactNumber } from './json-text.ts'
import type { PayloadSchema } from './payload-schema.ts'

/** Numbers as JavaScript has them: a schema's bounds are such numbers too. The digits that are sent stay as written. */
const plainOf = (value: ExactJson): unknown => {
  if (value instanceof ExactNumber) return Number(value.digits)
  if (isList(value)) return value.map(plainOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainOf(item)]))
}

/** A JSON Pointer (RFC 6901) as a path of fields. */
const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? atIndex(path, Number(part)) : at(path, part)), '')

const wordsOf = ({ instancePath, keyword, params, message }: ErrorObject): EncodeProblem => {
  const path = pathOf(instancePath)
  if (keyword === 'required') return { path: at(path, params.missingProperty), message: 'is missing' }
  if (keyword === 'additionalProperties')
    return { path: at(path, params.additionalProperty), message: 'the schema has no such field' }
  if (keyword === 'enum')
    return { path, message: `must be one of ${(params.allowedValues as unknown[]).slice(0, 20).join(', ')}` }
  return { path, message: message ?? `does not fit ${keyword}` }
}

const makerOf = (text: string): ((options: Options) => Ajv) => {
  const draft = /"\$schema"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? ''
  if (draft.includes('2020-12')) return (options) => new Ajv2020(options)
  if (draft.includes('2019-09')) return (options) => new Ajv2019(options)
  return (options) => new Ajv(options)
}

/**
 * Compiles a JSON Schema (draft-04 as far as it agrees, draft-07, 2019-09, 2020-12) with its references to a check that
 * names every field that does not fit. Throws when the schema itself can not be read.
 */
export const compileJsonSchemaCheck = (
  schema: Pick<PayloadSchema, 'text' | 'references'>,
): ((value: ExactJson) => readonly EncodeProblem[]) => {
  const ajv = makerOf(schema.text)({ allErrors: true, strict: false, logger: false, validateFormats: true })
  formats.default(ajv)
  for (const { name, text } of schema.references) ajv.addSchema(JSON.parse(text), name)
  const { $schema, ...own } = JSON.parse(schema.text) as Record<string, unknown>
  // Drafts that the validator has no rules of are read by those of draft-07.
  const isKnown = typeof $schema === 'string' && /draft-07|2019-09|2020-12/.test($schema)
  const validate = ajv.compile(isKnown ? { $schema, ...own } : own)
  return (value) =>
    validate(plainOf(value)) ? [] : (validate.errors ?? []).slice(0, mostProblems).map(wordsOf)
}
