type Wording = { readonly severity: 'refused' | 'warning'; readonly sentence: string }

/** All that a plan may find, with the words for the operator. */
export const planFindings = {
  expired: {
    severity: 'refused',
    sentence: 'retention has deleted the dead letter; there is nothing to copy',
  },
  'origin-unknown': {
    severity: 'refused',
    sentence: 'their headers do not say where they died; choose a target topic',
  },
  'target-is-dead-letter-topic': {
    severity: 'refused',
    sentence: 'the target is a dead-letter topic; a copy would die there again',
  },
  'target-missing': { severity: 'refused', sentence: 'the target topic does not exist' },
  'being-replayed': {
    severity: 'refused',
    sentence: 'another replay has sent them and is waiting for their outcome',
  },
  'already-settled': { severity: 'refused', sentence: 'already replayed and settled' },
  tombstone: {
    severity: 'refused',
    sentence: 'their value is null; on a compacted topic a copy would delete the key',
  },
  'too-large': { severity: 'refused', sentence: 'larger than the target topic allows (max.message.bytes)' },
  'still-dying': {
    severity: 'warning',
    sentence: 'letters of this failure group still arrive: the cause is probably not fixed',
  },
  'reader-stopped': {
    severity: 'warning',
    sentence: 'the group that failed has no members: nobody would read the copies',
  },
  'awaits-reply': {
    severity: 'warning',
    sentence: 'they name a reply topic: an answer may reach a caller that is long gone',
  },
  returned: { severity: 'warning', sentence: 'were replayed before and came back' },
} as const satisfies Record<string, Wording>

export type PlanFindingCode = keyof typeof planFindings
