import { composition } from '#server/composition.ts'
import { sse } from '#server/http/sse.ts'
import { watchChanges } from '#server/services/watch-changes.ts'

/** Change notices of one connection (`?connection=`), as Server-Sent Events. */
export const GET = sse('connections:read', ({ url, signal, resumeAfter }) =>
  watchChanges(composition().deps, {
    connection: url.searchParams.get('connection') ?? '',
    resumed: resumeAfter !== null,
    signal,
  }),
)
