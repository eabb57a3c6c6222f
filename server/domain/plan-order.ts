/** Where a message of a plan was before it died, and where its copy will go. */
export type Planned = {
  readonly id: bigint
  readonly diedAtMs: number
  readonly originTopic: string | null
  readonly originPartition: number | null
  readonly originOffset: bigint | null
}

const laneOf = ({ originTopic, originPartition }: Planned): string => `${originTopic} ${originPartition}`

const byOrigin = (a: Planned, b: Planned): number => {
  if (a.originOffset !== null && b.originOffset !== null && a.originOffset !== b.originOffset)
    return a.originOffset < b.originOffset ? -1 : 1
  return a.diedAtMs - b.diedAtMs || (a.id < b.id ? -1 : 1)
}

/**
 * The order in which copies are sent: messages of one origin partition as they were written, so that those of one key
 * keep their order; the partitions in turns, so that no single one takes the whole load.
 */
export const inSendingOrder = <T>(items: readonly T[], of: (item: T) => Planned): T[] =>
  [...Map.groupBy(items, (item) => laneOf(of(item)))]
    .flatMap(([lane, list]) =>
      list.toSorted((a, b) => byOrigin(of(a), of(b))).map((item, turn) => ({ item, turn, lane })),
    )
    .sort((a, b) => a.turn - b.turn || (a.lane < b.lane ? -1 : 1))
    .map(({ item }) => item)

type Selected = Planned & {
  readonly convention: string
  /** The letter whose returned copy this one is. */
  readonly copyOf: bigint | null
}

/**
 * Letters whose message is in the selection by another letter, too: the newest one stands for all of them. Two letters
 * are of one message when they died at the same origin record, when one is the other's copy that came back, or when `kin`
 * has them in one family, by way of letters that are not selected.
 */
export const findRepeated = (
  letters: readonly Selected[],
  kin: ReadonlyMap<bigint, object> = new Map(),
): ReadonlySet<bigint> => {
  const repeated = new Set<bigint>()
  const newestOf = new Map<object, bigint>()
  const selected = new Set(letters.map(({ id }) => id))
  const newest = new Map<string, bigint>()
  for (const { id, copyOf, convention, originOffset, ...origin } of letters.toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  )) {
    if (copyOf !== null && selected.has(copyOf)) repeated.add(copyOf)
    const family = kin.get(id)
    const older = family && newestOf.get(family)
    if (older !== undefined) repeated.add(older)
    if (family) newestOf.set(family, id)
    if (convention === 'unrecognised' || originOffset === null || origin.originPartition === null) continue
    const place = `${laneOf({ id, originOffset, ...origin })}@${originOffset}`
    const earlier = newest.get(place)
    if (earlier !== undefined) repeated.add(earlier)
    newest.set(place, id)
  }
  return repeated
}
