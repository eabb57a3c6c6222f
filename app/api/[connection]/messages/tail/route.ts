import { sse } from '#server/http/sse.ts'
import { streamOperations } from '#server/http/stream-operations.ts'

export const GET = sse(streamOperations.tailMessages)
