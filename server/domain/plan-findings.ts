import { requeueFindings } from './requeue-findings.ts'
import { sayCount, sayDuration } from './say-amounts.ts'

type Wording = {
  readonly severity: 'ready' | 'refused' | 'warning'
  /** What follows the count of letters. */
  readonly sentence: string
  /** What follows the count of one, where that reads otherwise. */
  readonly one?: string
  /** What the operator has to agree to before such letters are sent. */
  readonly consent?: string
  /** The same for one. */
  readonly consentToOne?: string
}

/** All that a plan may find, with the words for the operator. */
export const planFindings = {
  discarded: {
    severity: 'refused',
    sentence: 'discarded: restore them first if they are to be sent',
    one: 'discarded: restore it first if it is to be sent',
  },
  archived: {
    severity: 'refused',
    sentence: 'archived: restore them first if they are to be sent',
    one: 'archived: restore it first if it is to be sent',
  },
  expired: {
    severity: 'refused',
    sentence:
      'unrecoverable: retention has deleted the dead letter, and the message that died is gone, too, or nothing says where it stands',
  },
  'origin-unknown': {
    severity: 'refused',
    sentence: 'their headers do not say where they died; choose a target topic',
    one: 'its headers do not say where it died; choose a target topic',
  },
  'target-is-dead-letter-topic': {
    severity: 'refused',
    sentence: 'the target is a dead-letter topic; a copy would die there again',
  },
  'target-missing': { severity: 'refused', sentence: 'the target topic does not exist' },
  'target-denied': {
    severity: 'refused',
    sentence: 'the user of this connection has no Write right on the target topic',
  },
  'target-internal': {
    severity: 'refused',
    sentence: 'the target topic belongs to the broker itself',
  },
  'same-message': {
    severity: 'refused',
    sentence: 'the same message is in this plan already, by another of its dead letters',
  },
  'being-replayed': {
    severity: 'refused',
    sentence: 'another replay has sent them and is waiting for their outcome',
    one: 'another replay has sent it and is waiting for its outcome',
  },
  'already-settled': { severity: 'refused', sentence: 'already replayed and settled' },
  'kin-open': {
    severity: 'refused',
    sentence: 'the same message is being replayed by another of its dead letters',
  },
  'kin-settled': {
    severity: 'refused',
    sentence: 'the same message was replayed by another of its dead letters, and settled',
  },
  'edited-copy-unproven': {
    severity: 'refused',
    sentence:
      'an edited copy was sent and nobody knows what became of it: another message could be processed beside it',
  },
  'copy-unproven': {
    severity: 'refused',
    sentence:
      'a copy was sent as it was and nobody knows what became of it: an edited one could be processed beside it',
  },
  tombstone: {
    severity: 'refused',
    sentence: 'their value is null and that of the message that died was not, or is not known any more',
    one: 'its value is null and that of the message that died was not, or is not known any more',
  },
  unrecoverable: {
    severity: 'refused',
    sentence:
      'they hold neither key nor value, and the message that died is gone or nothing says where it stands: a copy would be a null',
    one: 'it holds neither key nor value, and the message that died is gone or nothing says where it stands: a copy would be a null',
  },
  'origin-empty': {
    severity: 'refused',
    sentence: 'the message that died held neither key nor value itself: there is nothing to send',
  },
  'origin-unreadable': {
    severity: 'refused',
    sentence:
      'they are deleted or their value is null, and the message that died could not be read now: plan them again later',
    one: 'it is deleted or its value is null, and the message that died could not be read now: plan it again later',
  },
  keyless: {
    severity: 'refused',
    sentence: 'have no key, and the target topic is compacted: brokers refuse such messages there',
    one: 'has no key, and the target topic is compacted: brokers refuse such messages there',
  },
  'timestamp-refused': {
    severity: 'refused',
    sentence:
      'older or newer than the target topic takes (message.timestamp.before.max.ms, message.timestamp.after.max.ms): send them with the time of sending',
    one: 'older or newer than the target topic takes (message.timestamp.before.max.ms, message.timestamp.after.max.ms): send it with the time of sending',
  },
  'loop-cap': {
    severity: 'refused',
    sentence: 'have come back from as many replays as a message may go through: find the cause first',
    one: 'has come back from as many replays as a message may go through: find the cause first',
  },
  'too-large': { severity: 'refused', sentence: 'larger than the target topic allows (max.message.bytes)' },
  rehydrated: {
    severity: 'ready',
    sentence:
      'hold neither key nor value: their copies are made of the record that died, with its headers, and are not sent if that is gone by then',
    one: 'holds neither key nor value: its copy is made of the record that died, with its headers, and is not sent if that is gone by then',
  },
  'letter-gone': {
    severity: 'warning',
    sentence:
      'retention has deleted these dead letters: their copies are made of the record that died, without headers that retries have added since, and are not sent if that is gone by then',
    one: 'retention has deleted this dead letter: its copy is made of the record that died, without headers that retries have added since, and is not sent if that is gone by then',
  },
  'headers-restored': {
    severity: 'ready',
    sentence:
      'came without the headers of the message: their copies have those of the record that died, its trace among them',
    one: 'came without the headers of the message: its copy has those of the record that died, its trace among them',
  },
  'still-dying': {
    severity: 'warning',
    sentence: 'their failure group still gets letters: the cause is probably not fixed',
    one: 'its failure group still gets letters: the cause is probably not fixed',
  },
  'fix-unproven': {
    severity: 'warning',
    sentence: 'nothing proves yet that the cause is fixed',
  },
  'fix-unmarked': {
    severity: 'warning',
    sentence:
      'nobody has marked when a fix went out, so nothing tells whether the cause is fixed: mark it on the page of their failure group',
    one: 'nobody has marked when a fix went out, so nothing tells whether the cause is fixed: mark it on the page of its failure group',
  },
  'reader-stopped': {
    severity: 'warning',
    sentence: 'the group that failed has no members: nobody would read the copies',
    one: 'the group that failed has no members: nobody would read the copy',
  },
  'reader-behind': {
    severity: 'warning',
    sentence: 'the group that failed is 1,000 messages behind or more: it will come to the copies late',
    one: 'the group that failed is 1,000 messages behind or more: it will come to the copy late',
  },
  'readers-unknown': {
    severity: 'warning',
    sentence:
      'may reach more groups than are named here: the broker did not tell of all that read the target',
  },
  'awaits-reply': {
    severity: 'warning',
    sentence: 'they name a reply topic: an answer may reach a caller that is long gone',
    one: 'it names a reply topic: an answer may reach a caller that is long gone',
  },
  'in-ledger': {
    severity: 'warning',
    sentence:
      'were sent before by another installation, as the ledger says: sending them again is a new attempt',
    one: 'was sent before by another installation, as the ledger says: sending it again is a new attempt',
  },
  returned: {
    severity: 'warning',
    sentence: 'were replayed before and came back',
    one: 'was replayed before and came back',
  },
  'outcome-unknown': {
    severity: 'warning',
    sentence: 'were replayed before, and nobody knows whether they were processed',
    one: 'was replayed before, and nobody knows whether it was processed',
  },
  'kin-unknown': {
    severity: 'warning',
    sentence:
      'the same message was replayed by another of its dead letters, and nobody knows whether that copy was processed',
  },
  'replayed-often': {
    severity: 'warning',
    sentence: 'have come back three times or more: another replay is likely to end the same way',
    one: 'has come back three times or more: another replay is likely to end the same way',
  },
  'deletes-key': {
    severity: 'warning',
    sentence: 'their value is null, as it was when they died: a copy deletes its key',
    one: 'its value is null, as it was when it died: a copy deletes its key',
    consent: 'These keys are to be deleted',
    consentToOne: 'This key is to be deleted',
  },
  superseded: {
    severity: 'warning',
    sentence: 'newer messages with the same key were written since: a copy brings an older state after them',
  },
  'not-compared': {
    severity: 'warning',
    sentence: 'too much was written since to look for newer messages with the same key in all of it',
  },
  compacted: {
    severity: 'warning',
    sentence: 'the target topic is compacted: a copy becomes the latest value of its key',
    consent: 'The copies are to become the latest values of their keys',
    consentToOne: 'The copy is to become the latest value of its key',
  },
  'partitioner-unknown': {
    severity: 'warning',
    sentence:
      'have a key, and no known partitioner explains where the keys of their target stand: they may come into another partition than newer messages of their key',
    one: 'has a key, and no known partitioner explains where the keys of its target stand: it may come into another partition than newer messages of its key',
  },
  'partitions-changed': {
    severity: 'warning',
    sentence:
      'died in a partition to which their key does not belong any more, for their topic has got more since: they follow their key',
    one: 'died in a partition to which its key does not belong any more, for its topic has got more since: it follows its key',
  },
  'schema-gone': {
    severity: 'warning',
    sentence: 'name a schema that is not registered any more: consumers may not be able to read them',
    one: 'names a schema that is not registered any more: consumers may not be able to read it',
  },
  'schema-clash': {
    severity: 'warning',
    sentence:
      'name a schema by an id that stands for another schema in the registry of the connection that they go to: consumers there would read them with that',
    one: 'names a schema by an id that stands for another schema in the registry of the connection that it goes to: consumers there would read it with that',
    consent: 'The copies may be read with other schemas',
    consentToOne: 'The copy may be read with another schema',
  },
  'schema-unasked': {
    severity: 'warning',
    sentence: 'name a schema, and the registry could not be asked whether it is still registered',
    one: 'names a schema, and the registry could not be asked whether it is still registered',
  },
  undecodable: {
    severity: 'warning',
    sentence: 'can not be decoded with the schema that they name',
    one: 'can not be decoded with the schema that it names',
  },
  'timestamp-expired': {
    severity: 'warning',
    sentence:
      'would be older than the target topic keeps messages (retention.ms): their copies may be deleted before anybody reads them',
    one: 'would be older than the target topic keeps messages (retention.ms): its copy may be deleted before anybody reads it',
  },
  'timestamp-ignored': {
    severity: 'warning',
    sentence: 'go to a topic that gives every message the time of its arrival: the old timestamp is not kept',
    one: 'goes to a topic that gives every message the time of its arrival: the old timestamp is not kept',
  },
  'timestamp-unknown': {
    severity: 'warning',
    sentence: 'do not tell when their message was written: their copies have the time of sending',
    one: 'does not tell when its message was written: its copy has the time of sending',
  },
  'expires-soon': {
    severity: 'warning',
    sentence:
      'may be deleted by retention before a replay at 50 a second has come to them: start now, or faster',
    one: 'may be deleted by retention before a replay at 50 a second has come to it: start now, or faster',
  },
  'mixed-targets': {
    severity: 'warning',
    sentence: 'go to several topics: each can be planned alone, below',
  },
  'origin-guessed': {
    severity: 'warning',
    sentence: 'their headers do not say where they died; the target follows from the name of the topic',
    one: 'its headers do not say where it died; the target follows from the name of the topic',
  },
  ...requeueFindings,
} as const satisfies Record<string, Wording>

/** What is found of so many letters, as it follows their count. */
export const sayFinding = (code: PlanFindingCode, count: number): string => {
  const { sentence, one }: Wording = planFindings[code]
  return count === 1 ? (one ?? sentence) : sentence
}

/** What the operator has to agree to where this is found of so many letters; null: nothing. */
export const consentOf = (code: PlanFindingCode, count: number): string | null => {
  const { consent, consentToOne }: Wording = planFindings[code]
  return (count === 1 ? (consentToOne ?? consent) : consent) ?? null
}

export type PlanFindingCode = keyof typeof planFindings

/** What still arrives, without brackets: when the last message died and how many did lately; deaths a minute with the latest last. */
export const sayArrivals = (
  groups: readonly { readonly lastSeenAtMs: number; readonly trend: readonly number[] }[],
  nowMs: number,
): string => {
  const lastMs = Math.max(...groups.map(({ lastSeenAtMs }) => lastSeenAtMs))
  const lately = groups.flatMap(({ trend }) => trend.slice(-5)).reduce((sum, count) => sum + count, 0)
  return `last death ${sayDuration(nowMs - lastMs)} ago, ${sayCount(lately)} in the last 5 min`
}

/** Findings that ask for the operator's agreement and did not get it. */
export const findMissingConsents = <
  Finding extends { readonly code: string; readonly consent?: string | undefined },
>(
  findings: readonly Finding[],
  consents: readonly string[],
): readonly Finding[] =>
  findings.filter(({ code, consent }) => consent !== undefined && !consents.includes(code))
