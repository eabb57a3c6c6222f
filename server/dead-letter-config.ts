import { z } from 'zod'
import type { DeathField } from './domain/dead-letter.ts'
import type { DeadLetterConvention, HeaderRule } from './domain/dead-letter-conventions.ts'
import { type DeadLetterRules, makeDeadLetterRules } from './domain/dead-letter-rules.ts'
import { type HeaderEncoding, headerEncodings } from './domain/header-encoding.ts'

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

/** A regular expression as text. */
export const pattern = z.string().refine(isPattern, 'a regular expression')

const numberEncodings: readonly HeaderEncoding[] = ['decimal-text', 'int32-be', 'int64-be', 'big-integer']
const momentEncodings: readonly HeaderEncoding[] = [...numberEncodings, 'time-text']
const wordEncodings: readonly HeaderEncoding[] = ['text', 'class-text', 'address-text']

/** What a fact may be written as, the first unless the operator says otherwise. */
const encodingsOf = {
  originTopic: wordEncodings,
  originPartition: numberEncodings,
  originOffset: numberEncodings,
  originTimestamp: momentEncodings,
  group: wordEncodings,
  attempts: [...numberEncodings, 'int32-or-byte'],
  errorClass: wordEncodings,
  causeClass: wordEncodings,
  message: wordEncodings,
  stack: wordEncodings,
  diedAt: ['time-text', ...numberEncodings],
} as const satisfies Record<DeathField, readonly HeaderEncoding[]>

const headerName = z.string().min(1).max(250)
const added = { deliveries: undefined, retries: 1, 'next delivery': -1 } as const

const headerOf = (field: DeathField) => {
  const encodings = encodingsOf[field]
  const encoding = z
    .enum(headerEncodings)
    .refine((one) => encodings.includes(one), `${field} is written as one of ${encodings.join(', ')}`)
    .optional()
  const inFull = z.strictObject({
    header: headerName,
    encoding,
    ...(field === 'attempts'
      ? { counts: z.enum(['deliveries', 'retries', 'next delivery']).optional() }
      : {}),
  })
  return z
    .preprocess((one) => (typeof one === 'string' ? { header: one } : one), inFull)
    .transform((one): HeaderRule => {
      const {
        header,
        encoding: chosen,
        counts,
      } = one as z.output<typeof inFull> & {
        counts?: keyof typeof added
      }
      const add = counts === undefined ? undefined : added[counts]
      return {
        header,
        encoding: chosen ?? encodings[0] ?? 'text',
        ...(field === 'attempts' ? { perHop: true } : {}),
        ...(add === undefined ? {} : { add }),
      }
    })
    .optional()
}

const headers = z
  .strictObject({
    originTopic: headerOf('originTopic'),
    originPartition: headerOf('originPartition'),
    originOffset: headerOf('originOffset'),
    originTimestamp: headerOf('originTimestamp'),
    group: headerOf('group'),
    attempts: headerOf('attempts'),
    errorClass: headerOf('errorClass'),
    causeClass: headerOf('causeClass'),
    message: headerOf('message'),
    stack: headerOf('stack'),
    diedAt: headerOf('diedAt'),
  })
  .refine(
    ({ originTopic, errorClass, message }) => originTopic ?? errorClass ?? message,
    'name the header of originTopic, errorClass or message at least',
  )

/** A dead-letter convention of the operator's own, beside those of frameworks. */
export const deadLetterConventionConfig = z.strictObject({
  /** Shown on screens as who wrote a letter. */
  name: z.string().regex(/^[\w .-]{1,40}$/, 'up to 40 letters, digits, spaces, dots, hyphens'),
  headers,
  /** A record with all of these is of this convention. Unless given: the header of the topic, or else of the error. */
  recognisedBy: z.array(headerName).min(1).max(8).optional(),
  /** Where a second death puts its headers: behind the first ones or before them. */
  newest: z.enum(['first', 'last']).default('last'),
  /** What the timestamp of a dead letter is that of. */
  timestamp: z.enum(['death', 'origin', 'unknown']).default('unknown'),
  /** Retry topics whose hops write the headers anew. */
  retryTopics: pattern.optional(),
  /** Headers that a replay leaves out beside those above; `x-acme-*` names all that begin so. */
  strip: z.array(headerName).default([]),
})

/** Where the letters of a topic come from, when neither their headers nor the topic's name tell. */
export const deadLetterOriginConfig = z
  .strictObject({
    topics: pattern,
    /** May name groups of the pattern: `$1`. */
    originTopic: z.string().min(1).optional(),
    group: z.string().min(1).optional(),
  })
  .refine(({ originTopic, group }) => originTopic ?? group, 'name originTopic, group or both')

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const namePattern = (name: string): string =>
  name.endsWith('*') ? `${literally(name.slice(0, -1))}.*` : literally(name)

const conventionOf = (config: z.output<typeof deadLetterConventionConfig>): DeadLetterConvention => {
  const fields = Object.fromEntries(
    Object.entries(config.headers).filter(([, rule]) => rule !== undefined),
  ) as DeadLetterConvention['fields']
  const { originTopic, errorClass, message } = config.headers
  const known = originTopic ?? errorClass ?? message
  const marker = config.recognisedBy ?? (known ? [known.header] : [])
  const own = Object.values(config.headers).flatMap((rule) => (rule ? [rule.header] : []))
  return {
    name: `configured:${config.name}`,
    marker,
    newest: config.newest,
    fields,
    ...(config.retryTopics === undefined ? {} : { hops: new RegExp(config.retryTopics) }),
    failureHeaders: new RegExp(`^(?:${[...own, ...config.strip].map(namePattern).join('|')})$`, 's'),
    timestampOf: config.timestamp,
  }
}

/** The rules by which the dead letters of a connection are read. */
export const deadLetterRulesOf = (config: {
  readonly deadLetterConventions: readonly z.output<typeof deadLetterConventionConfig>[]
  readonly deadLetterOrigins: readonly z.output<typeof deadLetterOriginConfig>[]
}): DeadLetterRules =>
  makeDeadLetterRules(
    config.deadLetterConventions.map(conventionOf),
    config.deadLetterOrigins.map(({ topics, originTopic, group }) => ({
      topics: new RegExp(topics),
      originTopic: originTopic ?? null,
      group: group ?? null,
    })),
  )
