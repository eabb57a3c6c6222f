import { withoutRetry } from './choose-reader-group.ts'

/** A record of a retry topic, and where it says that it came from; the group that moved it where it says so. */
export type RetryRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
  readonly cameFrom: { readonly topic: string; readonly partition: number; readonly offset: bigint }
  readonly group: string | null
}

type Place = { readonly topic: string; readonly partition: number; readonly offset: bigint }

const nameOf = ({ topic, partition, offset }: Place): string => `${partition}@${offset} ${topic}`

/**
 * Records of retry topics by where they came from, the newest `most`: what ties them to a copy where its lineage headers
 * were dropped.
 */
export class RetryPlaces {
  readonly #byOrigin = new Map<string, RetryRecord[]>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(record: RetryRecord): void {
    const name = nameOf(record.cameFrom)
    const others = this.#byOrigin.get(name) ?? []
    // What is added last is forgotten last.
    this.#byOrigin.delete(name)
    this.#byOrigin.set(name, [...others, record])
    if (this.#byOrigin.size <= this.#most) return
    const [oldest] = this.#byOrigin.keys()
    if (oldest !== undefined) this.#byOrigin.delete(oldest)
  }

  /**
   * Where a record is now that once stood at a place: some frameworks keep where it died first, others tell where it died
   * last, which leads from one retry topic to the next. Null: nothing came from there. Records that another group than
   * `group` has moved are not the same; null: all are.
   */
  follow(from: Place, group: string | null): RetryRecord | null {
    let last: RetryRecord | null = null
    const seen = new Set<string>()
    for (let place: Place | null = from; place !== null && !seen.has(nameOf(place)); place = last) {
      seen.add(nameOf(place))
      const found: readonly RetryRecord[] = (this.#byOrigin.get(nameOf(place)) ?? []).filter(
        (one) => group === null || one.group === null || withoutRetry(one.group) === withoutRetry(group),
      )
      const newest = found.reduce<RetryRecord | null>(
        (best, one) => (best === null || one.timestampMs >= best.timestampMs ? one : best),
        null,
      )
      if (newest === null) break
      last = newest
    }
    return last
  }
}
