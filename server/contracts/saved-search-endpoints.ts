import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import {
  newSavedSearch,
  renameSavedSearch,
  savedSearch,
  savedSearchList,
  savedSearchParams,
} from './saved-searches.ts'
import { connectionParams } from './scalars.ts'

/** Searches that are kept by name. They are Spillway's own: a read-only connection has them, too. */
export const savedSearchEndpoints = {
  listSearches: {
    ...at(endpointAddresses.listSearches),
    summary: 'Saved searches by name',
    permission: 'messages:read',
    params: connectionParams,
    output: savedSearchList,
  },
  saveSearch: {
    ...at(endpointAddresses.saveSearch),
    summary: 'Save a search by name, for all who use the connection',
    permission: 'searches:save',
    params: connectionParams,
    body: newSavedSearch,
    output: savedSearch,
  },
  renameSearch: {
    ...at(endpointAddresses.renameSearch),
    summary: 'Give a saved search another name',
    permission: 'searches:save',
    params: savedSearchParams,
    body: renameSavedSearch,
    output: savedSearch,
  },
  deleteSearch: {
    ...at(endpointAddresses.deleteSearch),
    summary: 'Delete a saved search; it can be restored for some days',
    permission: 'searches:save',
    params: savedSearchParams,
    output: savedSearch,
  },
  restoreSearch: {
    ...at(endpointAddresses.restoreSearch),
    summary: 'Bring a deleted search back',
    permission: 'searches:save',
    params: savedSearchParams,
    output: savedSearch,
  },
} as const
