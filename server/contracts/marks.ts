import { z } from 'zod'
import { markKinds } from './choices.ts'
import { epochMs } from './scalars.ts'

const markKind = z.enum(markKinds)
export const mark = z.object({
  id: z.string(),
  atMs: epochMs,
  kind: markKind,
  text: z.string(),
  service: z.string().nullable(),
  by: z.string(),
})
export type Mark = z.infer<typeof mark>
export const newMark = z.object({
  kind: markKind.default('deploy'),
  text: z.string().min(1).max(200),
  service: z.string().max(200).optional(),
  /** Now, when left out. */
  atMs: epochMs.optional(),
})
export const markList = z.object({ marks: z.array(mark) })
export const markQuery = z.object({ minutes: z.coerce.number().int().min(1).max(43_200).default(1440) })
