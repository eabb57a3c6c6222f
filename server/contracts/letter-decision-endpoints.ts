import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { decidedLetters, decideLettersRequest } from './letter-decisions.ts'
import {
  decideEditRequest,
  letterEditCheck,
  letterEditDraft,
  letterEditForm,
  waitingEdits,
} from './letter-edits.ts'
import { replayPlan } from './replays.ts'
import { byIdParams, connectionParams } from './scalars.ts'

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
  showLetterEdit: {
    ...at(endpointAddresses.showLetterEdit),
    summary: 'A dead letter to be edited: its record, and what may be done to each header',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: letterEditForm,
    deadlineMs: 20_000,
  },
  checkLetterEdit: {
    ...at(endpointAddresses.checkLetterEdit),
    summary: 'What an edit of a dead letter would change and what is wrong with it; keeps and sends nothing',
    permission: 'dead-letters:edit',
    params: byIdParams,
    body: letterEditDraft,
    output: letterEditCheck,
    deadlineMs: 20_000,
  },
  planLetterEdit: {
    ...at(endpointAddresses.planLetterEdit),
    summary: 'Plan a replay of one dead letter that sends an edited message instead; nothing is sent yet',
    permission: 'dead-letters:edit',
    params: byIdParams,
    body: letterEditDraft,
    output: replayPlan,
    deadlineMs: 60_000,
  },
  listEdits: {
    ...at(endpointAddresses.listEdits),
    summary: 'Edited dead letters that wait for a second person',
    permission: 'replays:read',
    params: connectionParams,
    output: waitingEdits,
  },
  decideLetterEdit: {
    ...at(endpointAddresses.decideLetterEdit),
    summary: 'Approve or decline an edited dead letter, as another person than its editor',
    permission: 'dead-letters:approve',
    params: byIdParams,
    body: decideEditRequest,
    output: replayPlan,
    deadlineMs: 20_000,
  },
} as const
