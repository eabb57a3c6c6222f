import { minutesAgo } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

const auditHash = (id: number): string => id.toString(16).padStart(64, '0')

export const auditEntry: Answer<'showAuditEntry'> = {
  id: '2',
  atMs: minutesAgo(3),
  actor: 'local operator',
  action: 'start replay',
  target: '7d3c1f0a-0000-4000-8000-000000000042',
  connection: 'local',
  result: 'allowed',
  detail: '500 to orders at 50/s',
  reason: 'the card provider is back',
  about: [
    { kind: 'replay', id: '7d3c1f0a-0000-4000-8000-000000000042' },
    { kind: 'failure-group', id: 'a37c9b4b4d4c76d5' },
    { kind: 'topic', id: 'orders' },
  ],
  facts: {
    selection: { letters: 512, 'failure group': 'a37c9b4b4d4c76d5' },
    plan: { 'may be sent': 500, targets: ['500 to orders'], findings: [] },
  },
  previousHash: auditHash(1),
  hash: auditHash(2),
}

export const audit: Answer<'listAudit'> = {
  entries: [
    auditEntry,
    {
      id: '1',
      atMs: minutesAgo(9),
      actor: 'local operator',
      action: 'set failure group state',
      target: 'a37c9b4b4d4c76d5',
      connection: 'local',
      result: 'refused',
      detail: '',
      reason: '',
      about: [{ kind: 'failure-group', id: 'a37c9b4b4d4c76d5' }],
      facts: null,
      previousHash: auditHash(0),
      hash: auditHash(1),
    },
  ],
  nextCursor: null,
  actions: ['set failure group state', 'start replay'],
}

export const auditChain: Answer<'checkAudit'> = {
  entries: 2,
  firstAtMs: minutesAgo(9),
  chainedAtMs: minutesAgo(60),
  foundEntries: 0,
  lastHash: auditHash(2),
  checkedAtMs: minutesAgo(0),
  broken: null,
}
