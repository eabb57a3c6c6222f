import { originByTopicName } from './dead-letter-origin.ts'
import { sayDuration } from './say-amounts.ts'
import { isDeadLetterTopic } from './topic-kind.ts'

/** What the newest records of a topic showed. */
export type TopicSample = {
  readonly topic: string
  /** Topics where its records died or were given up last, as their headers tell. */
  readonly origins: readonly string[]
  /** How long its records wait in it, as their headers tell; null where they do not. */
  readonly delayMs: number | null
}

export type ChainTopic = {
  readonly topic: string
  readonly kind: 'retry' | 'dead-letter'
  /** How long a record waits in it before it is tried again; null: not known. */
  readonly delayMs: number | null
  /** What ties it to the chain: its name, the headers of its records, or a suffix of spillway.yaml. */
  readonly by: 'name' | 'records' | 'configuration'
}

export type RetryChain = {
  readonly origin: string
  /** Retry topics in the order in which a record goes through them, then dead-letter topics. */
  readonly topics: readonly ChainTopic[]
  /** What `origin` is where it is a retry topic itself: records may be put into it again, and wait there. */
  readonly own?: ChainTopic
}

export type ChainRules = {
  /** Endings of retry topics in spillway.yaml, as `-again`; a number may follow. */
  readonly retrySuffixes: readonly string[]
  /** Dead-letter topics beside those known by their names. */
  readonly isDeadLetterTopic?: (topic: string) => boolean
}

/** Named like a retry topic of any framework, whatever it is named after. */
const looksLikeRetry = /(^|[-._])retr(y|ies)([-._]|$)/i
/**
 * What stands after the origin's name. Spring `@RetryableTopic`: `-retry`, `-retry-0`, `-retry-1000`, and
 * `-retry-1000-0` where an interval repeats; SmallRye `_retry_10000`. The same with dots by habit.
 */
const springEnding = /^([-._]retry)(?:[-._](\d+))?(?:[-._](\d+))?$/i

type Ending = {
  readonly numbers: readonly number[]
  readonly isSmallRye: boolean
  readonly by: ChainTopic['by']
}

const literally = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** How the name of a topic goes on after that of its origin, where it is that of a retry topic. */
const readEnding = (rest: string, { retrySuffixes }: ChainRules): Ending | null => {
  const spring = springEnding.exec(rest)
  if (spring)
    return {
      numbers: [spring[2], spring[3]].flatMap((digits) => (digits === undefined ? [] : Number(digits))),
      isSmallRye: rest.startsWith('_retry_'),
      by: 'name',
    }
  for (const suffix of retrySuffixes) {
    const own = new RegExp(`^${literally(suffix)}(?:[-._](\\d+))?(?:[-._](\\d+))?$`).exec(rest)
    if (own)
      return {
        numbers: [own[1], own[2]].flatMap((digits) => (digits === undefined ? [] : Number(digits))),
        isSmallRye: false,
        by: 'configuration',
      }
  }
  return null
}

/** Whether a name is that of a retry topic by habit or by spillway.yaml. */
export const isNamedLikeRetry = (name: string, rules: ChainRules): boolean =>
  looksLikeRetry.test(name) ||
  rules.retrySuffixes.some((suffix) => new RegExp(`${literally(suffix)}([-._]\\d+)*$`).test(name))

/**
 * The chain from a topic on: of a retry topic, which letters may be sent into, what comes after it in the chain that it
 * is of.
 */
export const retryChainFrom = (
  topic: string,
  names: readonly string[],
  samples: readonly TopicSample[],
  rules: ChainRules,
): RetryChain => {
  const own = retryChainOf(topic, names, samples, rules)
  // Dead letters may name the last retry topic as their origin: those alone are not all that comes after it.
  if (own.topics.some(({ kind }) => kind === 'retry') || !isNamedLikeRetry(topic, rules)) return own
  const named = names.filter((name) => name !== topic && topic.startsWith(name))
  const origins = [
    ...named.sort((a, b) => b.length - a.length),
    ...(samples.find((one) => one.topic === topic)?.origins ?? []),
  ]
  for (const origin of origins) {
    const whole = retryChainOf(origin, names, samples, rules).topics
    const at = whole.findIndex((one) => one.topic === topic)
    const link = whole[at]
    if (link) {
      const after = whole.slice(at + 1)
      const there = new Set(after.map((one) => one.topic))
      return {
        origin: topic,
        topics: [...after, ...own.topics.filter((one) => !there.has(one.topic))],
        own: link,
      }
    }
  }
  return own
}

type Link = ChainTopic & { readonly numbers: readonly number[]; readonly isSmallRye: boolean }

/**
 * The retry and dead-letter topics that a record of `origin` may go through: by their names, by endings of spillway.yaml,
 * and, where a topic is only named like a retry topic (SmallRye names them after channels, Spring after anything), by the
 * headers of its records that name the origin or a topic of the chain. `names`: all topics there are.
 */
export const retryChainOf = (
  origin: string,
  names: readonly string[],
  samples: readonly TopicSample[],
  rules: ChainRules,
): RetryChain => {
  const isDead = (name: string): boolean =>
    isDeadLetterTopic(name) || rules.isDeadLetterTopic?.(name) === true
  const sampleOf = new Map(samples.map((sample) => [sample.topic, sample]))
  const links = new Map<string, Link>()
  for (const name of names) {
    if (name === origin || isDead(name)) continue
    const ending = name.startsWith(origin) ? readEnding(name.slice(origin.length), rules) : null
    if (ending !== null) links.set(name, { topic: name, kind: 'retry', delayMs: null, ...ending })
  }
  // What names a topic of the chain as its origin belongs to it, too: until nothing is added.
  for (let isMore = true; isMore; ) {
    isMore = false
    for (const name of names) {
      if (name === origin || links.has(name) || isDead(name) || !isNamedLikeRetry(name, rules)) continue
      const from = sampleOf.get(name)?.origins ?? []
      if (!from.some((one) => one === origin || links.has(one))) continue
      const numbers = (/([-._]\d+)+$/.exec(name)?.[0].match(/\d+/g) ?? []).map(Number)
      links.set(name, {
        topic: name,
        kind: 'retry',
        delayMs: null,
        by: 'records',
        numbers,
        isSmallRye: /_\d+$/.test(name),
      })
      isMore = true
    }
  }
  const retries = inOrder([...links.values()]).map(
    ({ topic, kind, by, delayMs }): ChainTopic => ({
      topic,
      kind,
      by,
      delayMs: delayMs ?? sampleOf.get(topic)?.delayMs ?? null,
    }),
  )
  const ends = names
    .filter((name) => name !== origin && isDead(name))
    .flatMap((topic): ChainTopic[] => {
      const isNamed = originByTopicName(topic, origin).originTopic === origin
      const from = sampleOf.get(topic)?.origins ?? []
      const isSampled = from.some((one) => one === origin || links.has(one))
      return isNamed || isSampled
        ? [{ topic, kind: 'dead-letter', delayMs: null, by: isNamed ? 'name' : 'records' }]
        : []
    })
  return { origin, topics: [...retries, ...ends] }
}

/**
 * Numbers at the ends of names are places in the chain where they count from 0 on, otherwise delays in milliseconds;
 * SmallRye's are always delays. Where two follow each other the first is the delay.
 */
const inOrder = (links: readonly Link[]): readonly Link[] => {
  const firsts = links.flatMap(({ numbers, isSmallRye }) =>
    isSmallRye || numbers.length !== 1 ? [] : [numbers[0] ?? 0],
  )
  const isCounted = firsts.length > 0 && [...firsts].sort((a, b) => a - b).every((one, at) => one === at)
  return links
    .map((link): Link => {
      const [first] = link.numbers
      const isDelay = first !== undefined && (link.isSmallRye || link.numbers.length > 1 || !isCounted)
      return isDelay ? { ...link, delayMs: first } : link
    })
    .sort(
      (a, b) => (a.numbers[0] ?? -1) - (b.numbers[0] ?? -1) || (a.numbers[1] ?? -1) - (b.numbers[1] ?? -1),
    )
}

export type QuietPeriod = { readonly quietMs: number; readonly why: string }

/** A wait in words: sayDuration, and what is shorter than a second in milliseconds. */
const sayDelay = (ms: number): string => (ms < 1_000 ? `${ms} ms` : sayDuration(ms))

/** The retry topics that a record of a chain's origin may wait in, the origin itself first where it is one. */
export const waitingTopicsOf = ({ topics, own }: RetryChain): readonly ChainTopic[] => [
  ...(own ? [own] : []),
  ...topics.filter(({ kind }) => kind === 'retry'),
]

/**
 * How long a consumed copy must not be seen again: at least `configuredMs`, and at least the sum of the delays of its
 * target's retry topics (of the target itself, too, where it is one) as far as they are known; with why, in words.
 */
export const quietPeriodOf = (chains: readonly RetryChain[], configuredMs: number): QuietPeriod => {
  const retries = chains.map(waitingTopicsOf)
  const sums = retries.map((topics) => topics.reduce((sum, { delayMs }) => sum + (delayMs ?? 0), 0))
  const longest = Math.max(0, ...sums)
  const chain = retries[sums.indexOf(longest)] ?? []
  const unknown = [...new Set(retries.flat().flatMap((one) => (one.delayMs === null ? one.topic : [])))]
  const configured = sayDelay(configuredMs)
  const delays = chain
    .filter(({ delayMs }) => delayMs !== null)
    .map(({ topic, delayMs }) => `${topic} ${sayDelay(delayMs ?? 0)}`)
    .join(', ')
  const known =
    retries.flat().length === 0
      ? `the configured quiet period; no retry topic of ${chains.map(({ origin }) => origin).join(', ') || 'the target'} is known`
      : longest === 0
        ? `the configured quiet period`
        : longest > configuredMs
          ? `the sum of the retry delays (${delays}), longer than the configured ${configured}`
          : `the configured quiet period, longer than the sum of the retry delays (${delays})`
  const rest = unknown.length === 0 ? '' : `; the delay of ${unknown.join(', ')} is not known`
  return { quietMs: Math.max(configuredMs, longest), why: `${known}${rest}` }
}
