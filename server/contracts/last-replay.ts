import { z } from 'zod'
import { outcomes } from './choices.ts'

/** The latest replay that a letter, or a record that waits, was part of, and what became of its copy; null: none was. */
export const lastReplay = z.object({ replayId: z.string(), outcome: z.enum(outcomes) }).nullable()
export type LastReplay = z.infer<typeof lastReplay>
