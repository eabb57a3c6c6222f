import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import { type Coordinates, coordinateKey } from './read-letters.ts'

/** Of more nobody reads each reason. */
const askedPlaces = 50
/** Asked for side by side: far from its brokers each takes a while. */
const askedAtOnce = 10

/** Why no record can be read at each of some places, by `coordinateKey`; those that can be read, and those past the fiftieth, are left out. */
export const findMissingRecords = async (
  { broker }: Connection,
  places: readonly Coordinates[],
  call: Call,
): Promise<ReadonlyMap<string, BrokerError>> => {
  const found = new Map<string, BrokerError>()
  const asked = places.slice(0, askedPlaces)
  for (let at = 0; at < asked.length && !call.signal.aborted; at += askedAtOnce)
    await Promise.all(
      asked.slice(at, at + askedAtOnce).map(async (place) => {
        const read = await broker.messages?.readAt(
          place.topic as TopicName,
          place.partition,
          place.offset,
          call,
        )
        if (read && !read.ok) found.set(coordinateKey(place), read.error)
      }),
    )
  return found
}
