import { z } from 'zod'

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A duration as 30m, 6h or 2d; in milliseconds. */
const durationMs = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/, 'off, or a duration as 30m, 6h or 2d')
  .transform((text) => Number(text.slice(0, -1)) * unitsMs[text.slice(-1) as keyof typeof unitsMs])

/** A larger letter is not kept, and no more than so much in all. */
const most = { letterKilobytes: 1_000, megabytes: 1_000 }
const bounded = z.strictObject({
  within: durationMs,
  letterKilobytes: z.number().int().positive().default(most.letterKilobytes),
  megabytes: z.number().int().positive().default(most.megabytes),
})

/** `off`, how long before its deletion a letter is kept, or that with bounds. Null: off. */
export const keepExpiringConfig = z
  .union([z.literal(['off', false]), durationMs, bounded])
  .default('off')
  .transform((chosen) => {
    if (chosen === 'off' || chosen === false) return null
    const { within, letterKilobytes, megabytes } =
      typeof chosen === 'number' ? { within: chosen, ...most } : chosen
    return { withinMs: within, letterBytes: letterKilobytes * 1_000, bytes: megabytes * 1_000_000 }
  })
