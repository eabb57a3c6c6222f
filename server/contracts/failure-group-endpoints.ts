import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { failureGroupEvidence } from './failure-group-evidence.ts'
import {
  assignFailureGroup,
  failureGroupDetail,
  failureGroupList,
  failureGroupListQuery,
  newFailureGroupNote,
  setFailureGroupState,
} from './failure-groups.ts'
import { byIdParams, connectionParams } from './scalars.ts'

/** Failure groups: what is known of each, and what operators say of them. */
export const failureGroupEndpoints = {
  listFailureGroups: {
    ...at(endpointAddresses.listFailureGroups),
    summary: 'Dead letters grouped by fingerprint',
    permission: 'dead-letters:read',
    params: connectionParams,
    query: failureGroupListQuery,
    output: failureGroupList,
  },
  showFailureGroup: {
    ...at(endpointAddresses.showFailureGroup),
    summary: 'One failure group with stack and trend',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: failureGroupDetail,
  },
  showFailureGroupEvidence: {
    ...at(endpointAddresses.showFailureGroupEvidence),
    summary: 'Whether a failure looks fixed, its deaths by deploy, and how its letters differ',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: failureGroupEvidence,
  },
  setFailureGroupState: {
    ...at(endpointAddresses.setFailureGroupState),
    summary: 'Set the state of a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: setFailureGroupState,
    output: failureGroupDetail,
  },
  assignFailureGroup: {
    ...at(endpointAddresses.assignFailureGroup),
    summary: 'Say who works on a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: assignFailureGroup,
    output: failureGroupDetail,
  },
  addFailureGroupNote: {
    ...at(endpointAddresses.addFailureGroupNote),
    summary: 'Write a note to a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: newFailureGroupNote,
    output: failureGroupDetail,
  },
} as const
