import type { LagVerdict } from '#server/contracts/groups.ts'
import type { Overview, Trouble } from '#server/contracts/overview.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { deathsPerMinute, isDying } from './death-rate.ts'
import type { SourceName, SourceState } from './overview-freshness.ts'
import { sayCount, sayDuration, sayMany, sayRate } from './say-amounts.ts'

type Freshness = Overview['data']['freshness'][number]

export type DyingGroupFacts = {
  readonly id: string
  readonly consumerGroup: string | null
  readonly originTopic: string | null
  readonly deadLetterTopics: readonly string[]
  readonly errorClass: string | null
  readonly message: string | null
  readonly frame: string | null
  readonly letters: number
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  /** Deaths a minute of the last hour, oldest first, 60 numbers. */
  readonly deaths: readonly number[]
  /** Number of the latest replay, when replays have settled every letter; null while one is open. */
  readonly settledByReplay: number | null
}
export type GroupFacts = {
  readonly group: string
  readonly topic: string
  readonly lag: bigint
  readonly verdict: LagVerdict
}
export type FlowFacts = {
  readonly service: string
  readonly topic: string | null
  readonly kind: 'producer' | 'consumer' | 'other'
  readonly spans: number
  readonly errors: number
  readonly contextless: number
}
export type TroubleFacts = {
  readonly nowMs: number
  readonly connection: { readonly id: string; readonly name: string }
  readonly freshness: readonly Freshness[]
  /** As the worker last saw them; null when it never looked or none is configured. */
  readonly broker: SourceState | null
  /** Rounds of sampling that left nothing out; failing when the last one did leave something out. */
  readonly wholeLag: SourceState | null
  readonly registry: SourceState | null
  readonly dying: readonly DyingGroupFacts[]
  readonly groups: readonly GroupFacts[]
  readonly flows: readonly FlowFacts[]
}

/** Which services, groups and topics a trouble colours on the map. */
export type Colour = {
  readonly severity: Trouble['severity']
  readonly topics: readonly string[]
  /** Services, or consumer groups that stand for theirs. */
  readonly readers: readonly string[]
}

/**
 * Everything that is wrong, worst first: first what nobody checks, then by severity, then by size; and what to colour
 * on the map.
 */
export const findTroubles = (facts: TroubleFacts): { troubles: Trouble[]; colours: Colour[] } => {
  const found = [
    ...notChecked(facts),
    ...partlyChecked(facts),
    ...unreachable(facts),
    ...facts.dying.map((group) => dying(group, facts.nowMs)),
    ...facts.groups.flatMap(groupTrouble),
    ...tracedErrors(facts),
    ...lostPropagation(facts),
  ].sort((a, b) => rank(a.trouble) - rank(b.trouble) || b.weight - a.weight)
  return {
    troubles: found.map(({ trouble }) => trouble),
    colours: found.map(({ trouble: { severity }, topics = [], readers = [] }) => ({
      severity,
      topics,
      readers,
    })),
  }
}

type Weighed = { readonly trouble: Trouble; readonly weight: number } & Partial<
  Pick<Colour, 'topics' | 'readers'>
>

const severityRank = { critical: 0, warning: 1, info: 2 } as const satisfies Record<
  Trouble['severity'],
  number
>
const rank = ({ kind, severity }: Trouble): number =>
  kind === 'not-checked' ? -2 : kind === 'broker-unreachable' ? -1 : severityRank[severity]

const sourceWords = {
  worker: 'anything',
  broker: 'the broker',
  'lag-sampling': 'consumer lag',
  'dead-letter-index': 'dead letters',
  'span-intake': 'traces',
} as const satisfies Record<SourceName, string>

const notChecked = ({ freshness, broker, connection }: TroubleFacts): Weighed[] => {
  const stale = freshness.filter((source) => source.stale)
  const worker = stale.find(({ source }) => source === 'worker')
  // Without a worker nothing else can be fresh; a broker that is away is told by itself.
  const told = worker
    ? [worker]
    : stale.filter(({ source }) => source !== 'broker' && !(broker?.failing && source !== 'span-intake'))
  return told.map((source) => ({
    weight: 1,
    trouble: {
      id: `not-checked:${source.source}`,
      severity: 'critical' as const,
      kind: 'not-checked' as const,
      title: source === worker ? 'Not checked: no worker' : `Not checked: ${sourceWords[source.source]}`,
      cause:
        source === worker ? `The worker ${source.detail}. Start one with \`npm run worker\`.` : source.detail,
      numbers: `limit ${sayDuration(source.limitMs)}`,
      sinceMs: source.lastGoodAt,
      link: { noun: 'connection' as const, id: connection.id, label: 'Open connection' },
    },
  }))
}

/** Lag is sampled, but not of everything: what was left out may be wrong and would not be told. */
const partlyChecked = ({ freshness, broker, wholeLag, connection }: TroubleFacts): Weighed[] => {
  const untold = freshness.some(
    ({ source, stale }) => stale && (source === 'worker' || source === 'lag-sampling'),
  )
  if (!wholeLag?.failing || untold || broker?.failing) return []
  return [
    {
      weight: 0,
      trouble: {
        id: 'not-checked:lag-sampling-whole',
        severity: 'warning',
        kind: 'not-checked',
        title: `Not fully checked: ${sourceWords['lag-sampling']}`,
        cause: wholeLag.detail,
        numbers:
          wholeLag.ageMs === null
            ? 'never checked whole so far'
            : `last checked whole ${sayDuration(wholeLag.ageMs)} ago`,
        sinceMs: wholeLag.lastGoodAtMs,
        link: { noun: 'connection', id: connection.id, label: 'Open connection' },
      },
    },
  ]
}

const unreachable = ({ broker, registry, connection }: TroubleFacts): Weighed[] => {
  const one = (
    kind: 'broker-unreachable' | 'registry-unreachable',
    title: string,
    state: SourceState,
    severity: Trouble['severity'],
  ): Weighed => ({
    weight: 1,
    trouble: {
      id: kind,
      severity,
      kind,
      title,
      cause: state.detail,
      numbers:
        state.ageMs === null ? 'has not answered yet' : `last answered ${sayDuration(state.ageMs)} ago`,
      sinceMs: state.lastGoodAtMs,
      link: { noun: 'connection', id: connection.id, label: 'Open connection' },
    },
  })
  return [
    ...(broker?.failing
      ? [one('broker-unreachable', `${connection.name} does not answer`, broker, 'critical')]
      : []),
    ...(registry?.failing
      ? [one('registry-unreachable', 'The schema registry does not answer', registry, 'warning')]
      : []),
  ]
}

/** Start of the latest run of deaths in minutes, with no pause of ten minutes or more. Null when there are none. */
const burstStart = (deaths: readonly number[], nowMs: number): number | null => {
  let start: number | null = null
  let quiet = 0
  for (let index = deaths.length - 1; index >= 0 && quiet < 10; index--) {
    if ((deaths[index] ?? 0) > 0) {
      start = index
      quiet = 0
    } else if (start !== null) quiet++
  }
  return start === null ? null : nowMs - (deaths.length - start) * 60_000
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

const dying = (group: DyingGroupFacts, nowMs: number): Weighed => {
  const lastFive = sum(group.deaths.slice(-5))
  const fiveBefore = sum(group.deaths.slice(-10, -5))
  const isSettled = group.settledByReplay !== null
  const dies = !isSettled && isDying(group.deaths)
  const rate = deathsPerMinute(group.deaths)
  // What grows has not slowed down in the minute just past.
  const grows = lastFive > fiveBefore * 1.2 && (group.deaths.at(-1) ?? 0) >= rate
  const where = group.originTopic ?? group.deadLetterTopics.join(', ')
  const trend = isSettled
    ? `, all settled by replay #${group.settledByReplay}`
    : dies
      ? `, ${sayRate(rate / 60)}${grows ? ' and growing' : ''}`
      : `, none for ${sayDuration(nowMs - group.lastSeenAtMs)}`
  const since = burstStart(group.deaths, nowMs)
  return {
    weight: sum(group.deaths.slice(-10)) * 1000 + group.letters,
    topics: isSettled ? [] : [group.originTopic ?? [], group.deadLetterTopics].flat(),
    readers: isSettled ? [] : [group.consumerGroup ?? []].flat(),
    trouble: {
      id: `failure-group:${group.id}`,
      severity: isSettled ? 'info' : dies ? 'critical' : 'warning',
      kind: 'failure-group',
      title: `${group.consumerGroup ?? 'A consumer'} ${dies ? 'keeps failing' : 'failed'} on ${where}`,
      cause: [
        `${shortClass(group.errorClass) ?? 'Unknown error'}${group.frame ? ` at ${group.frame}` : ''}`,
        group.message,
      ]
        .filter(Boolean)
        .join(': '),
      numbers: `${sayMany(group.letters, 'dead letter')}${trend}`,
      sinceMs: since === null ? group.firstSeenAtMs : Math.max(since, group.firstSeenAtMs),
      link: { noun: 'failure-group', id: group.id, label: 'Open failure group' },
    },
  }
}

const groupKinds = {
  stopped: 'group-stopped',
  'falling-behind': 'group-behind',
  stalled: 'group-stalled',
} as const satisfies Partial<Record<LagVerdict['kind'], Trouble['kind']>>

/** Why, without the words of the title. */
const groupCause = (kind: keyof typeof groupKinds, { sentence }: LagVerdict, change: number): string => {
  if (kind === 'falling-behind')
    return change < 0.01
      ? 'Reads as fast as messages arrive, and no faster'
      : 'Will not catch up at this rate'
  const why = sentence.slice(sentence.indexOf(': ') + 2)
  return why.charAt(0).toUpperCase() + why.slice(1)
}

/** Fewer waiting messages than this are worth a look, not an alarm. */
const alarmingLag = 100n

const groupTrouble = ({ group, topic, lag, verdict }: GroupFacts): Weighed[] => {
  const { kind } = verdict
  if (kind !== 'stopped' && kind !== 'falling-behind' && kind !== 'stalled') return []
  const title = {
    stopped: `${group} has stopped on ${topic}`,
    'falling-behind': `${group} falls behind on ${topic}`,
    stalled: `${group} has stalled on ${topic}`,
  }[kind]
  const change = verdict.lagChangePerSecond ?? 0
  const direction =
    Math.abs(change) < 0.01 ? 'steady' : `${change > 0 ? 'growing' : 'shrinking'} ${sayRate(change)}`
  return [
    {
      weight: Number(lag),
      readers: [group],
      trouble: {
        id: `${groupKinds[kind]}:${group}:${topic}`,
        severity: lag >= alarmingLag && kind !== 'falling-behind' ? 'critical' : 'warning',
        kind: groupKinds[kind],
        title,
        cause: groupCause(kind, verdict, change),
        numbers: `lag ${sayCount(lag)}, ${direction}`,
        sinceMs: verdict.sinceMs,
        link: { noun: 'group', id: group, label: 'Open group' },
      },
    },
  ]
}

const leastErrors = 5
const errorShare = 0.05

/** Services whose errors are told by a failure group already are left out. */
const tracedErrors = ({ flows, dying: groups }: TroubleFacts): Weighed[] =>
  [...Map.groupBy(flows, ({ service }) => service)].flatMap(([service, ofService]) => {
    const errors = sum(ofService.map((flow) => flow.errors))
    const spans = sum(ofService.map((flow) => flow.spans))
    const isTold = groups.some(
      ({ consumerGroup }) => consumerGroup === service || consumerGroup?.startsWith(`${service}-`),
    )
    if (isTold || errors < leastErrors || errors < spans * errorShare) return []
    return [
      {
        weight: errors,
        readers: [service],
        trouble: {
          id: `errors-in-traces:${service}`,
          severity: 'warning' as const,
          kind: 'errors-in-traces' as const,
          title: `${service} has errors in its traces`,
          cause: 'Spans of the last 10 minutes ended with an error.',
          numbers: `${sayCount(errors)} of ${sayMany(spans, 'span')} (${Math.round((errors / spans) * 100)} %)`,
          sinceMs: null,
          link: { noun: 'traces' as const, id: service, label: 'Open traces with errors' },
        },
      },
    ]
  })

const leastContextless = 5

const lostPropagation = ({ flows }: TroubleFacts): Weighed[] =>
  [...Map.groupBy(flows, ({ topic }) => topic)].flatMap(([topic, ofTopic]) => {
    if (topic === null) return []
    const consumers = ofTopic.filter(({ kind }) => kind === 'consumer')
    const lost = sum(consumers.map(({ contextless }) => contextless))
    const all = sum(consumers.map(({ spans }) => spans))
    if (lost < leastContextless || lost * 2 < all) return []
    const producers = [
      ...new Set(ofTopic.filter(({ kind }) => kind === 'producer').map(({ service }) => service)),
    ]
    return [
      {
        weight: lost,
        topics: [topic],
        trouble: {
          id: `propagation-lost:${topic}`,
          severity: producers.length > 0 ? ('warning' as const) : ('info' as const),
          kind: 'propagation-lost' as const,
          title: `Traces end at ${topic}`,
          cause:
            producers.length > 0
              ? `${producers.join(', ')} is traced, but its messages carry no trace context that ${consumers.map(({ service }) => service).join(', ')} could read.`
              : 'Its producer sends no trace context: it is not instrumented, or something on the way drops headers.',
          numbers: `${sayCount(lost)} of ${sayMany(all, 'message')} without context in the last 10 minutes`,
          sinceMs: null,
          link: { noun: 'topic' as const, id: topic, label: 'Open topic' },
        },
      },
    ]
  })
