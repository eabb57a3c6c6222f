import { z } from 'zod'

/** A 64-bit integer as decimal text: offsets, sizes and counts that a JavaScript number would round. */
export const decimal64 = z.string().regex(/^-?\d{1,20}$/, 'a whole number in decimal digits')
/** Milliseconds since the epoch. Safe as a number until the year 287396. */
export const epochMs = z.number().int()
/** Bytes that JSON can carry. */
export const base64 = z.base64()

export const connectionId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .brand<'ConnectionId'>()
export const topicName = z.string().min(1).max(249).brand<'TopicName'>()
export const groupId = z.string().min(1).max(255).brand<'GroupId'>()
export const traceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, '32 lowercase hexadecimal digits')
  .brand<'TraceId'>()
export const spanId = z
  .string()
  .regex(/^[0-9a-f]{16}$/, '16 lowercase hexadecimal digits')
  .brand<'SpanId'>()
/** Where a message rests in its topic: partition and offset, kept opaque outside the broker's adapter as `p@o`. */
export const position = z
  .string()
  .regex(/^\d+@\d+$/, 'a position such as 3@88213')
  .brand<'Position'>()

export type ConnectionId = z.infer<typeof connectionId>
export type TopicName = z.infer<typeof topicName>
export type GroupId = z.infer<typeof groupId>
export type TraceId = z.infer<typeof traceId>
export type SpanId = z.infer<typeof spanId>
export type Position = z.infer<typeof position>

export const connectionParams = z.object({ connection: connectionId })
/** Of what a connection has by id. */
export const byIdParams = connectionParams.extend({ id: z.string().min(1).max(64) })
