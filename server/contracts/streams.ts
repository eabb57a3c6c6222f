import { z } from 'zod'
import { streamAddresses } from './addresses.ts'
import { liveFrame } from './live.ts'
import { messageStreamQuery, messageTailQuery, searchFrame, tailFrame } from './message-stream.ts'
import type { Permission } from './permissions.ts'
import { connectionParams } from './scalars.ts'

/** One stream of the public HTTP API: Server-Sent Events whose data are frames, after what can fail has not failed. */
export type Stream = {
  readonly method: 'GET'
  readonly path: string
  readonly summary: string
  readonly permission: Permission
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  /** Each has a `type`; `error` ends the stream and carries a problem. */
  readonly frame: z.ZodType<{ readonly type: string }>
  /** Ended after this long, for the reader to resume, so that a process can be drained. Null: it ends by itself. */
  readonly lifetimeMs: number | null
}

const lived = { lifetimeMs: 90_000 } as const

/** All streams of the API. */
export const streams = {
  followChanges: {
    ...streamAddresses.followChanges,
    ...lived,
    summary: 'What changes for one connection, as it changes',
    permission: 'connections:read',
    params: z.object({}),
    query: z.object({ connection: z.string().default('') }),
    frame: liveFrame,
  },
  searchMessages: {
    ...streamAddresses.searchMessages,
    ...lived,
    summary:
      'Messages of one or several topics that fit a search, as they are found, and the report of the scan',
    permission: 'messages:read',
    params: connectionParams,
    query: messageStreamQuery,
    frame: searchFrame,
    // Its budget ends it, and it says so.
    lifetimeMs: null,
  },
  tailMessages: {
    ...streamAddresses.tailMessages,
    ...lived,
    summary: 'Messages of one or several topics as they arrive',
    permission: 'messages:read',
    params: connectionParams,
    query: messageTailQuery,
    frame: tailFrame,
  },
} as const satisfies Record<string, Stream>
