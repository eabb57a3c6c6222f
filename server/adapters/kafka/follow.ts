import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { FollowRequest, FollowStep } from '#server/ports/follow.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import { type KafkaClient, pause } from './client.ts'
import { brokerError, errorOfThrown } from './errors.ts'
import { fetchFollowed } from './follow-fetch.ts'
import { FollowedLanes, isPlaced, type Lane } from './follow-lanes.ts'
import { earliest, latest, listOffsets } from './offsets.ts'

const stepMs = 250
/** New partitions and moved ones are noticed within this. */
const lookMs = 3_000
/** After a failure a broker is left alone for this long, and what is known of the cluster is asked for anew. */
const restMs = 500
/** A broker that has just started may not know the topics yet. */
const goneMs = 10_000

/**
 * Follows partitions with a long poll to each broker, on connections of its own, which a waiting broker would keep from
 * others. Nothing is fetched while no step is asked for, save the answers that are on their way.
 */
export const follow = (client: KafkaClient): MessageReader['follow'] =>
  async function* (request, { signal }) {
    const own = client.alike()
    const leaving = new AbortController()
    try {
      return yield* followWith(own, request, AbortSignal.any([signal, leaving.signal]))
    } finally {
      leaving.abort()
      await own.dispose()
    }
  }

async function* followWith(
  client: KafkaClient,
  request: FollowRequest,
  signal: AbortSignal,
): AsyncGenerator<FollowStep, Result<null, BrokerError>, void> {
  const lanes = new FollowedLanes(request)
  let goneSince: number | null = null
  const look = async (): Promise<void> => {
    const isThere = lanes.update(await client.metadata(signal, 0), Date.now())
    goneSince = isThere ? null : (goneSince ?? performance.now())
    await place(client, lanes, request, signal)
  }
  try {
    await look()
  } catch (error) {
    return fail(errorOfThrown(error, 'the cluster'))
  }
  const [first] = lanes.all
  if (!first) return fail(noneThere(request))
  if (!lanes.all.some(isPlaced)) return fail(first.trouble?.error ?? noneThere(request))
  yield lanes.takeStep(Date.now())

  const busy = new Set<number>()
  let lookedAt = performance.now()
  let isLooking = false
  let wake = (): void => {}
  const lookAgain = (): void => {
    const isWell = lanes.all.every((lane) => lane.trouble === null && isPlaced(lane))
    if (isLooking || performance.now() - lookedAt < (isWell ? lookMs : restMs)) return
    isLooking = true
    void look()
      // Which brokers do not answer is told by the fetches.
      .catch(() => {})
      .finally(() => {
        isLooking = false
        lookedAt = performance.now()
      })
  }
  const fetchFrom = (leader: number, mine: readonly Lane[]): void => {
    if (busy.has(leader)) return
    busy.add(leader)
    void fetchFollowed(client, leader, mine, lanes, request, signal)
      .then((isGood) => (isGood ? undefined : pause(restMs, signal)))
      .catch(() => {})
      .finally(() => {
        busy.delete(leader)
        wake()
      })
  }
  let stepAt = 0
  let isNewStep = true
  while (!signal.aborted) {
    if (goneSince !== null && performance.now() - goneSince > goneMs) return fail(noneThere(request))
    lookAgain()
    // At the end a broker is asked once a step: on a busy topic each answer would bring one message.
    for (const [leader, mine] of Map.groupBy(lanes.ready, (lane) => lane.leader))
      if (isNewStep || mine.some(hasMore)) fetchFrom(leader, mine)
    if (isNewStep) stepAt = performance.now() + stepMs
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, stepAt - performance.now()))
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      signal.addEventListener('abort', wake, { once: true })
    })
    signal.removeEventListener('abort', wake)
    isNewStep = performance.now() >= stepAt
    if (!isNewStep) continue
    lanes.catchUp()
    yield lanes.takeStep(Date.now())
  }
  return succeed(null)
}

const hasMore = ({ next, end }: Lane): boolean => end !== null && typeof next === 'bigint' && next < end

const noneThere = ({ topics }: FollowRequest): BrokerError =>
  brokerError(
    'not-found',
    topics.length === 1
      ? `The topic ${topics[0]} does not exist.`
      : `None of the ${topics.length} topics exists.`,
  )

/** Finds out where partitions begin that do not stand anywhere yet. */
const place = async (
  client: KafkaClient,
  lanes: FollowedLanes,
  { isolation = 'committed' }: FollowRequest,
  signal: AbortSignal,
): Promise<void> => {
  const open = lanes.all.filter((lane) => !isPlaced(lane) && lane.leader >= 0)
  if (open.length === 0) return
  const questions = open.map(({ topic, partition, leader, next }) => ({
    topic,
    partition,
    leader,
    at: next === 'start' ? earliest : latest,
  }))
  const byPlace = new Map(open.map((lane) => [`${lane.topic} ${lane.partition}`, lane]))
  for (const { topic, partition, offset, error } of await listOffsets(
    client,
    questions,
    latest,
    signal,
    isolation,
  )) {
    const lane = byPlace.get(`${topic} ${partition}`)
    if (!lane) continue
    if (error) lanes.fail(lane, error, Date.now())
    else {
      lane.next = offset
      lane.trouble = null
    }
  }
}
