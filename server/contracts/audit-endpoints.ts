import { endpointAddresses } from './addresses.ts'
import {
  auditChain,
  auditChainQuery,
  auditEntry,
  auditEntryParams,
  auditList,
  auditListQuery,
} from './audit.ts'
import { at } from './endpoint-defaults.ts'

/** Who did what: the chained entries of the audit. */
export const auditEndpoints = {
  listAudit: {
    ...at(endpointAddresses.listAudit),
    summary: 'Who did what and why, newest first',
    permission: 'audit:read',
    query: auditListQuery,
    output: auditList,
  },
  showAuditEntry: {
    ...at(endpointAddresses.showAuditEntry),
    summary: 'One entry of the audit: what was chosen, planned, and came of it',
    permission: 'audit:read',
    params: auditEntryParams,
    output: auditEntry,
  },
  checkAudit: {
    ...at(endpointAddresses.checkAudit),
    summary: 'Whether the chain of all entries is unbroken, and where it is not',
    permission: 'audit:read',
    query: auditChainQuery,
    output: auditChain,
    deadlineMs: 30_000,
  },
} as const
