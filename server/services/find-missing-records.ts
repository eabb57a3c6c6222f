import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import { type Coordinates, coordinateKey } from './read-letters.ts'

/** Asked for one by one: of more nobody reads each reason. */
const askedPlaces = 50

/** Why no record can be read at each of some places, by `coordinateKey`; those that can be read, and those past the fiftieth, are left out. */
export const findMissingRecords = async (
  { broker }: Connection,
  places: readonly Coordinates[],
  call: Call,
): Promise<ReadonlyMap<string, BrokerError>> => {
  const found = new Map<string, BrokerError>()
  for (const place of places.slice(0, askedPlaces)) {
    if (call.signal.aborted) break
    const read = await broker.messages?.readAt(place.topic as TopicName, place.partition, place.offset, call)
    if (read && !read.ok) found.set(coordinateKey(place), read.error)
  }
  return found
}
