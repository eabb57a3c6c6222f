import type { GroupingRule } from '#server/contracts/failure-grouping.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { originTimeOf } from '#server/domain/copy-timestamp.ts'
import {
  type Grouping,
  groupLetter,
  headerOf,
  homesOfLetter,
  type NewGroup,
  needsHeaders,
} from '#server/domain/failure-grouping.ts'
import { identifyFailure, shortFrame } from '#server/domain/fingerprint.ts'
import { compileRules } from '#server/domain/grouping-rules.ts'
import { errorKeyOf, fingerprintOf, readLetterFacts } from '#server/domain/letter-facts.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { versionHeadersOf } from '#server/domain/version-headers.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { LetterMove, LetterTold } from '#server/repositories/move-letters.ts'
import type { LetterToGroup, RegroupingRecord } from '#server/repositories/regroupings.ts'
import type { Connection } from './deps.ts'
import { visitLetters } from './read-letters.ts'

export type Decided = {
  readonly moves: readonly LetterMove[]
  /** Groups that its letters lead to and that may not be there yet. */
  readonly groups: readonly NewGroup[]
  /** Letters whose record would have told more, and is deleted. */
  readonly gone: number
}

/** Stack traces by failure group. */
export type StacksOf = (groups: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** The topics of whose letters the fingerprint changes between two sets of rules. */
export const changedTopics = (
  before: readonly GroupingRule[],
  after: readonly GroupingRule[],
): ((topic: string) => boolean) => {
  const [one, other] = [compileRules(before), compileRules(after)]
  const known = new Map<string, boolean>()
  return (topic) => {
    const is = known.get(topic) ?? JSON.stringify(one(topic)) !== JSON.stringify(other(topic))
    known.set(topic, is)
    return is
  }
}

/**
 * Decides to which failure groups letters belong by a grouping. Fingerprints are made anew, from the records, only where
 * the rules of a topic have changed, or what Spillway does without them; of a record that is gone, or whose topic is, by
 * what the index keeps of the letter and the stack of the group of its fingerprint. So is by which error they died. Records are read as well where a split asks for headers.
 */
export const decideGroups = async (
  connection: Connection,
  grouping: Grouping,
  job: Pick<RegroupingRecord, 'kind' | 'rulesBefore'>,
  letters: readonly LetterToGroup[],
  stacksOf: StacksOf,
  call: Call,
): Promise<Result<Decided, BrokerError>> => {
  const isChanged =
    job.kind === 'rules'
      ? changedTopics(job.rulesBefore ?? [], grouping.rules)
      : () => job.kind === 'built-in'
  const named = letters.filter(
    ({ topic, failureGroupId, homes }) =>
      isChanged(topic) || needsHeaders(grouping.changes, homesOfLetter(failureGroupId, homes)),
  )
  const deleted = await findDeleted(connection, [...new Set(named.map(({ topic }) => topic))], call)
  if (!deleted.ok) return deleted
  // Nobody can read those any more, and nothing else may wait for them.
  const wanted = named.filter(({ topic }) => !deleted.value.has(topic))
  const decided = new Map<bigint, LetterMove>()
  const groups = new Map<string, NewGroup>()
  const decide = (
    letter: LetterToGroup,
    fingerprint: string,
    header: ReturnType<typeof headerOf> | (() => undefined),
    group: Omit<NewGroup, 'id' | 'from'> | null,
    told?: LetterTold,
  ) => {
    const { topic, message, failureGroupId: from } = letter
    const homes = homesOfLetter(from, letter.homes)
    const move = groupLetter(grouping, fingerprint, { topic, message, header, homes })
    decided.set(letter.id, { id: letter.id, ...move, ...(told ? { told } : {}) })
    if (group !== null && move.failureGroupId === fingerprint && !groups.has(fingerprint))
      groups.set(fingerprint, { ...group, id: fingerprint, from })
  }
  const read = await visitLetters(
    connection,
    wanted,
    (message, letter) => {
      if (!isChanged(letter.topic)) {
        decide(letter, firstHome(letter), headerOf(message), null)
        return
      }
      // Ids of topics were told by name when it was indexed.
      const facts = readLetterFacts(
        connection.id,
        message,
        connection.deadLetterRules,
        () => letter.originTopic,
        grouping.ruleOf(letter.topic),
      )
      decide(letter, facts.failureGroupId, headerOf(message), facts, {
        errorKey: facts.errorKey,
        originAtMs: originTimeOf(facts.decoded, message),
        versions: versionHeadersOf(message.headers, connection.deadLetterRules),
      })
    },
    call,
  )
  if (!read.ok) return read
  const gone = named.filter(({ id }) => !decided.has(id))
  const stacks = await stacksOf([...new Set(gone.filter(({ topic }) => isChanged(topic)).map(firstHome))])
  const unknown = () => undefined
  for (const letter of letters) {
    if (decided.has(letter.id)) continue
    if (!isChanged(letter.topic)) decide(letter, firstHome(letter), unknown, null)
    else {
      const kept = identifyKept(connection, grouping, letter, stacks.get(firstHome(letter)) ?? null)
      // The stack is that of one letter of its group: what its own record has told is more.
      const errorKey = letter.errorKey ?? kept.errorKey
      decide(letter, kept.fingerprint, unknown, kept.told, { errorKey, originAtMs: null, versions: [] })
    }
  }
  return succeed({ moves: [...decided.values()], groups: [...groups.values()], gone: gone.length })
}

/** Topics that are not there any more. */
const findDeleted = async (
  { broker }: Connection,
  names: readonly string[],
  call: Call,
): Promise<Result<ReadonlySet<string>, BrokerError>> => {
  const listed = await broker.topics.list(call)
  if (!listed.ok) return listed
  const there = new Set<string>(listed.value.map(({ name }) => name))
  const deleted = new Set<string>()
  // The list may be some seconds old.
  for (const name of names.filter((one) => !there.has(one))) {
    const found = await broker.topics.find(name as TopicName, call)
    if (found.ok) continue
    if (found.error.kind !== 'not-found') return found
    deleted.add(name)
  }
  return succeed(deleted)
}

const firstHome = ({ failureGroupId, homes }: LetterToGroup): string =>
  homesOfLetter(failureGroupId, homes)[0] ?? failureGroupId

/** The fingerprint of a letter whose record is gone. */
const identifyKept = (
  connection: Connection,
  grouping: Grouping,
  letter: LetterToGroup,
  stack: string | null,
) => {
  const { topic, errorClass, originTopic, group, message, convention } = letter
  const { parts, errorParts, rootCause, frame } = identifyFailure(
    {
      causeClass: letter.rootCause ?? undefined,
      errorClass: errorClass ?? undefined,
      message: message ?? undefined,
      stack: stack ?? undefined,
      originTopic: originTopic ?? undefined,
      group: group ?? undefined,
    },
    grouping.ruleOf(topic),
  )
  return {
    fingerprint: fingerprintOf(connection.id, parts, convention === 'unrecognised' ? topic : null),
    errorKey: errorKeyOf(errorParts),
    told: {
      errorClass,
      rootCause,
      message,
      frame: frame === null ? null : shortFrame(frame),
      stack,
      originTopic,
      group,
    },
  }
}
