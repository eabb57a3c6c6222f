import { z } from 'zod'

const nothing = z.object({})
const defaults = { params: nothing, query: nothing, body: z.undefined(), deadlineMs: 10_000 } as const
/** What rows of the table of endpoints have in common. */
export const read = { ...defaults, method: 'GET' } as const
export const write = { ...defaults, method: 'POST' } as const
