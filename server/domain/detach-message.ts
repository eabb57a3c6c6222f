import type { RawHeader } from './dead-letter.ts'

type Bytes = {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}

/** Not by `Buffer.from`, which takes small ones from a buffer that all share. */
const copyBytes = (bytes: Uint8Array | null): Uint8Array | null => bytes && new Uint8Array(bytes)

/**
 * A message on its own: one that was read is a view that holds on to all that was fetched with it, and takes all of that
 * along when it is sent to another thread.
 */
export const detachMessage = <Message extends Bytes>(message: Message): Message => ({
  ...message,
  key: copyBytes(message.key),
  value: copyBytes(message.value),
  headers: message.headers.map(({ name, value }) => ({ name, value: copyBytes(value) })),
})
