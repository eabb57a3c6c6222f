import { z } from 'zod'
import type { Address } from './addresses.ts'

const nothing = z.object({})
const defaults = { params: nothing, query: nothing, body: z.undefined(), deadlineMs: 10_000 } as const

/** What rows of the table of endpoints have in common, with the address of one. */
export const at = <const A extends Address>(address: A) => ({ ...defaults, ...address })
