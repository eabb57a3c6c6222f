import { z } from 'zod'
import { conventionTitles, type KnownConvention } from './convention-titles.ts'

const knownNames = Object.keys(conventionTitles) as [KnownConvention, ...KnownConvention[]]

/** A convention by name: a framework's, one that the operator describes (`configured:<name>`), or none. */
export const convention = z.union([
  z.enum(knownNames),
  z.templateLiteral(['configured:', z.string()]),
  z.literal('unrecognised'),
])

/**
 * How sure the origin of a letter is: told by a framework's own headers with its position; told by headers that others
 * use as well, incompletely, or by the operator's mapping; told by the name of its topic alone; not told.
 */
export const confidenceLevel = z.enum(['certain', 'likely', 'guess', 'none'])
export type ConfidenceLevel = z.infer<typeof confidenceLevel>
