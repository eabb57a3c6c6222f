import { findCoordinatorV4, listGroupsV5 } from '@platformatic/kafka'
import type { GroupId } from '#server/contracts/scalars.ts'
import { fail } from '#server/domain/result.ts'
import type { MissingPart, PartialAnswer } from '#server/ports/answer.ts'
import type { ConsumerGroups } from '#server/ports/consumer-groups.ts'
import { answering, gathering } from './answering.ts'
import { chunk } from './chunk.ts'
import type { KafkaClient } from './client.ts'
import { describeClassic, describeModern, fetchCommitted, type Portion } from './describe-groups.ts'
import { coordinatorNotAvailable, errorOfCode, errorOfThrown, protocolError } from './errors.ts'

const groupsPerRequest = 500
const groupCoordinator = 0
const none = { found: [], moved: [] }

type Known = { readonly broker: number; readonly protocol: string }

/** The groups facet of a cluster: classic and KIP-848 groups. */
export const makeConsumerGroups = (client: KafkaClient): ConsumerGroups => {
  /** Who coordinates a group and by which protocol, as the latest lists told: a broker lists the groups it coordinates. */
  let known: ReadonlyMap<GroupId, Known> = new Map()

  const findCoordinators = async (
    groups: readonly GroupId[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<GroupId, number>> => {
    const answers = await Promise.all(
      chunk(groups, groupsPerRequest).map((keys) =>
        client.ask(null, signal, findCoordinatorV4.api, groupCoordinator, keys),
      ),
    )
    return new Map(
      answers
        .flatMap(({ coordinators }) => coordinators)
        .filter(({ errorCode }) => errorCode === 0)
        .map(({ key, nodeId }) => [key as GroupId, nodeId]),
    )
  }

  const split = (place: ReadonlyMap<GroupId, number>): Portion[] =>
    [...Map.groupBy(place, ([, broker]) => broker)].flatMap(([broker, mine]) =>
      chunk(
        mine.map(([group]) => group),
        groupsPerRequest,
      ).map((groups) => ({ broker, groups })),
    )

  /**
   * Asks the coordinators of groups in portions, side by side. Groups that have moved since are asked for once more where
   * they are now; portions that fail are the answer's missing parts.
   */
  const askCoordinators = async <P>(
    about: string,
    groups: readonly GroupId[],
    signal: AbortSignal,
    askPortion: (portion: Portion) => Promise<{ readonly found: readonly P[]; readonly moved: GroupId[] }>,
  ): Promise<{ readonly found: readonly P[]; readonly missing: readonly MissingPart[] }> => {
    const unknown = groups.filter((group) => !known.has(group))
    const looked = unknown.length === 0 ? new Map<GroupId, number>() : await findCoordinators(unknown, signal)
    const places = new Map(looked)
    for (const group of groups) {
      const broker = known.get(group)?.broker
      if (broker !== undefined) places.set(group, broker)
    }
    const found: P[] = []
    const missing = new Map<string, MissingPart>()
    const askAll = async (portions: readonly Portion[], isLast: boolean): Promise<GroupId[]> => {
      const moved = await Promise.all(
        portions.map(async (portion) => {
          try {
            const answer = await askPortion(portion)
            found.push(...answer.found)
            return answer.moved
          } catch (error) {
            const problem = errorOfThrown(error, `${about} of broker ${portion.broker}`)
            // The broker may be gone and its groups taken over by another.
            if (!isLast && problem.kind === 'unreachable') return portion.groups
            const part = `broker ${portion.broker}`
            missing.set(part, { part, error: problem })
            return []
          }
        }),
      )
      return moved.flat()
    }
    const moved = await askAll(split(places), false)
    if (moved.length > 0) {
      const anew = await findCoordinators(moved, signal)
      const left = moved.filter((group) => !anew.has(group))
      if (left.length > 0)
        missing.set('coordinators', {
          part: 'coordinators',
          error: errorOfCode(coordinatorNotAvailable, `${left.length} groups`),
        })
      await askAll(split(anew), true)
    }
    return { found, missing: [...missing.values()] }
  }

  const answerOf = <P, T>(
    { found, missing }: { readonly found: readonly P[]; readonly missing: readonly MissingPart[] },
    value: T,
  ): Awaited<PartialAnswer<T>> => {
    const [first] = missing
    return first && found.length === 0 ? fail(first.error) : { ok: true, value, degraded: missing }
  }

  const describePortion = async ({ broker, groups }: Portion, signal: AbortSignal) => {
    const modern = groups.filter((group) => known.get(group)?.protocol === 'consumer')
    const classic = groups.filter((group) => known.get(group)?.protocol !== 'consumer')
    const answers = await Promise.all([
      modern.length > 0 ? describeModern(client, broker, modern, signal) : none,
      classic.length > 0 ? describeClassic(client, broker, classic, signal) : none,
    ])
    const found = answers.flatMap((one) => one.found)
    // A group that was not listed may be of the newer protocol, which the older request calls dead.
    const doubtful = found.flatMap(({ group, state }) =>
      state === 'dead' && !known.has(group) ? [group] : [],
    )
    const second = doubtful.length > 0 ? await describeModern(client, broker, doubtful, signal) : none
    const corrected = new Set(second.found.map(({ group }) => group))
    return {
      found: [...found.filter(({ group }) => !corrected.has(group)), ...second.found],
      moved: answers.flatMap((one) => one.moved),
    }
  }

  return {
    list: async ({ signal }) => {
      const cluster = await answering('consumer groups', () => client.metadata(signal))
      if (!cluster.ok) return cluster
      const listed = await gathering(
        'consumer groups',
        [...cluster.value.brokers.keys()],
        async (broker) => {
          const { errorCode, groups } = await client.ask(broker, signal, listGroupsV5.api, [], [])
          if (errorCode !== 0) throw protocolError(errorCode, 'consumer groups')
          return groups.map(({ groupId, groupType, groupState }) => ({
            broker,
            group: groupId as GroupId,
            protocol: groupType === '' ? 'classic' : groupType.toLowerCase(),
            state: groupState,
          }))
        },
        (parts) => parts.flat(),
      )
      if (!listed.ok) return listed
      const isWhole = listed.degraded.length === 0
      known = new Map([
        ...(isWhole ? [] : known),
        ...listed.value.map(({ group, broker, protocol }) => [group, { broker, protocol }] as const),
      ])
      return {
        ...listed,
        value: listed.value.map(({ group, protocol, state }) => ({ group, protocol, state })),
      }
    },

    describe: async (groups, { signal }) => {
      const asked = await answering('consumer groups', () =>
        askCoordinators('consumer groups', groups, signal, (portion) => describePortion(portion, signal)),
      )
      if (!asked.ok) return asked
      return answerOf(asked.value, new Map(asked.value.found.map((one) => [one.group, one])))
    },

    committed: async (groups, { signal }) => {
      const asked = await answering('committed offsets', () =>
        askCoordinators('committed offsets', groups, signal, (portion) =>
          fetchCommitted(client, portion, signal),
        ),
      )
      return asked.ok ? answerOf(asked.value, new Map(asked.value.found)) : asked
    },
  }
}
