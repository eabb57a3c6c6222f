import { type AuditEntry, auditFacts } from '#server/contracts/audit.ts'
import type { ChainedEntry } from '#server/domain/audit-chain.ts'
import { subjectsOf } from '#server/domain/audit-subjects.ts'

/** An entry as the API answers it. Facts that are not of the contract's shape are left out; an export has them as written. */
export const presentAudit = (entry: ChainedEntry): AuditEntry => {
  const facts = auditFacts.safeParse(entry.facts === null ? null : JSON.parse(entry.facts))
  return {
    ...entry,
    result: entry.result as AuditEntry['result'],
    about: subjectsOf(entry),
    facts: facts.success ? facts.data : null,
  }
}
