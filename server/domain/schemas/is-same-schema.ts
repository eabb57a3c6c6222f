import type { PayloadSchema } from '../payload/payload-schema.ts'

type Schema = Pick<PayloadSchema, 'type' | 'text' | 'references'>

/** JSON with its keys in one order, or a text without the white space that means nothing to it. */
const canonical = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    )
  } catch {
    return text.replace(/\s+/g, ' ').trim()
  }
}

/**
 * Whether two registries mean the same by what they hold: type, text and references, whatever white space and order of
 * keys they keep them in.
 */
export const isSameSchema = (one: Schema, other: Schema): boolean =>
  one.type === other.type &&
  canonical(one.text) === canonical(other.text) &&
  one.references.length === other.references.length &&
  one.references.every(({ name, text }) =>
    other.references.some((same) => same.name === name && canonical(same.text) === canonical(text)),
  )
