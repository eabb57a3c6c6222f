import type { PlanFindingCode } from '#server/domain/plan-findings.ts'
import type { Judged } from './judge-letters.ts'

/** A finding with the letters it is about, and what its sentence ends with. */
export type FoundLetters = readonly [code: PlanFindingCode, letters: readonly Judged[], words?: string]
