import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import {
  failureGrouping,
  groupChangeParams,
  groupingPreview,
  groupingRequest,
  mergeRequest,
  splitPreview,
  splitRequest,
} from './failure-grouping.ts'
import { failureGroupDetail } from './failure-groups.ts'
import { byIdParams, connectionParams } from './scalars.ts'

/** By what letters become failure groups: rules, and merges and splits by hand. */
export const failureGroupingEndpoints = {
  mergeFailureGroups: {
    ...at(endpointAddresses.mergeFailureGroups),
    summary: 'Make failure groups part of another one, with letters yet to come',
    permission: 'dead-letters:triage',
    params: connectionParams,
    body: mergeRequest,
    output: failureGroupDetail,
    deadlineMs: 30_000,
  },
  previewSplit: {
    ...at(endpointAddresses.previewSplit),
    summary: 'Which letters of a failure group a split would take; changes nothing',
    permission: 'dead-letters:read',
    params: byIdParams,
    body: splitRequest,
    output: splitPreview,
    deadlineMs: 20_000,
  },
  splitFailureGroup: {
    ...at(endpointAddresses.splitFailureGroup),
    summary: 'Split letters off a failure group by message, topic or header, with letters yet to come',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: splitRequest,
    output: failureGroupDetail,
    deadlineMs: 30_000,
  },
  undoGroupChange: {
    ...at(endpointAddresses.undoGroupChange),
    summary: 'Take a merge or split of failure groups back',
    permission: 'dead-letters:triage',
    params: groupChangeParams,
    output: failureGroupDetail,
    deadlineMs: 30_000,
  },
  showGrouping: {
    ...at(endpointAddresses.showGrouping),
    summary: 'By which rules letters become failure groups, and how far letters are moved after a change',
    permission: 'dead-letters:read',
    params: connectionParams,
    output: failureGrouping,
  },
  previewGrouping: {
    ...at(endpointAddresses.previewGrouping),
    summary: 'What rules would make of the failure groups; changes nothing',
    permission: 'dead-letters:read',
    params: connectionParams,
    body: groupingRequest,
    output: groupingPreview,
    deadlineMs: 30_000,
  },
  setGroupingRules: {
    ...at(endpointAddresses.setGroupingRules),
    summary: 'Set the rules by which letters become failure groups, and re-group those that are there',
    permission: 'dead-letters:regroup',
    params: connectionParams,
    body: groupingRequest,
    output: failureGrouping,
  },
} as const
