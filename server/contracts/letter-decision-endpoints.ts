import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { decidedLetters, decideLettersRequest } from './letter-decisions.ts'
import { connectionParams } from './scalars.ts'

/** What people decide about dead letters. Kept by Spillway: nothing is changed at the broker. */
export const letterDecisionEndpoints = {
  decideLetters: {
    ...at(endpointAddresses.decideLetters),
    summary:
      'Discard or archive dead letters with a reason, or take that back; none is deleted from its topic',
    permission: 'dead-letters:triage',
    params: connectionParams,
    body: decideLettersRequest,
    output: decidedLetters,
    deadlineMs: 30_000,
  },
} as const
