import { streams } from '#server/contracts/streams.ts'
import { searchMessages } from '#server/services/search-messages.ts'
import { tailMessages } from '#server/services/tail-messages.ts'
import { watchChanges } from '#server/services/watch-changes.ts'
import type { StreamOperation } from './sse.ts'

const opens: { readonly [Name in keyof typeof streams]: StreamOperation<(typeof streams)[Name]>['open'] } = {
  followChanges: ({ deps, query, call, resumeAfter }) =>
    watchChanges(deps, { connection: query.connection, resumed: resumeAfter !== null, signal: call.signal }),
  searchMessages: ({ deps, connection, query, call }) => searchMessages(deps, connection, query, call),
  tailMessages: ({ deps, connection, query, call }) => tailMessages(deps, connection, query, call),
}

/** Every stream of the API with the use case that opens it, by name. */
export const streamOperations = Object.fromEntries(
  Object.entries(streams).map(([name, stream]) => [
    name,
    { stream, open: opens[name as keyof typeof streams] },
  ]),
) as unknown as { readonly [Name in keyof typeof streams]: StreamOperation<(typeof streams)[Name]> }
