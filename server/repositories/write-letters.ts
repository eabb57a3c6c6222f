import type pg from 'pg'
import type { LetterFacts } from '#server/domain/letter-facts.ts'
import type { VersionHeader } from '#server/domain/version-headers.ts'
import { CopyBuffer, copyRows } from './copy-rows.ts'
import { encodeBigints, encodeIntegers, encodeTexts } from './encode-array.ts'
import { clean, groupColumns } from './group-columns.ts'
import { linkReturns } from './link-returns.ts'
import { type ClosedGroup, reopenGroups } from './reopen-groups.ts'
import { takeNewerSamples } from './sample-facts.ts'

/** A letter to be indexed: its coordinates, times and key beside what its headers told. */
export type NewLetter = Omit<LetterFacts, 'decoded' | 'origin'> & {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly diedAtMs: number
  readonly deathTimeSource: string
  /** When it counts as having died, where that is not `diedAtMs`: see `arrivalOf`. */
  readonly countedAtMs: number | null
  /** When it came into its topic as far as is known: a resolved failure group that gets a later letter is new again. */
  readonly arrivedAtMs: number
  readonly keyText: string | null
  readonly traceId: string | null
  /** Timestamp of the record that died, as far as the letter tells it; within what a date can hold. */
  readonly originAtMs: number | null
  /** Its headers that name a version. */
  readonly versions: readonly VersionHeader[]
  /** What led it to its failure group, where that is not just its fingerprint: see `groupLetter`. */
  readonly homes: string | null
}

/** What a batch adds to a failure group. */
type Tally = {
  letters: number
  firstMs: number
  /** When the first of their messages was written, as `oldest_origin_at` counts it. */
  firstOriginMs: number
  /** Whether all of them tell where their messages stand. */
  allTell: boolean
  originTopic: string | null
  /** Whether all of them died in that topic. */
  isOfOne: boolean
  lastMs: number
  arrivedMs: number
  /** The newest of them. */
  sampleId: bigint
  sample: NewLetter
  readonly topics: Set<string>
  readonly conventions: Set<string>
}

/**
 * Writes letters and adds them to their failure groups, in a transaction that nobody else runs for these partitions.
 * Those that are indexed already are left out. Answers how many were new.
 *
 * Letters come first and groups last, because the rows of groups are held until the transaction ends and letters of one
 * group come from everywhere; whoever holds several takes them in the order of their ids.
 */
export const writeLetters = async (
  client: pg.PoolClient,
  connectionId: string,
  letters: readonly NewLetter[],
): Promise<number> => {
  const fresh = await leaveOutIndexed(client, connectionId, letters)
  if (fresh.length === 0) return 0
  await makeGroups(client, connectionId, fresh)
  const [ids, items] = [await takeIds(client, fresh.length), await findItems(client, fresh)]
  await copyRows(client, letterStatement, rowsOf(connectionId, fresh, ids, items))
  await linkReturns(client, connectionId, fresh)
  const closed = await addToGroups(client, tallyOf(fresh, ids))
  await reopenGroups(client, connectionId, closed)
  return fresh.length
}

/** Of each partition the offsets between the first and the last of the batch: none, unless positions were lost. */
const leaveOutIndexed = async (
  client: pg.PoolClient,
  connectionId: string,
  letters: readonly NewLetter[],
): Promise<readonly NewLetter[]> => {
  const fresh: NewLetter[] = []
  for (const own of Map.groupBy(letters, ({ topic, partition }) => `${partition} ${topic}`).values()) {
    const [first] = own
    if (!first) continue
    let [from, to] = [first.offset, first.offset]
    for (const { offset } of own) {
      if (offset < from) from = offset
      if (offset > to) to = offset
    }
    const { rows } = await client.query<{ offset: string }>({
      name: 'indexed-letters',
      text: `SELECT "offset" FROM dead_letter
             WHERE connection_id = $1 AND topic = $2 AND partition = $3 AND "offset" BETWEEN $4 AND $5`,
      values: [connectionId, first.topic, first.partition, from.toString(), to.toString()],
    })
    const known = new Set(rows.map(({ offset }) => offset))
    for (const letter of own) if (known.size === 0 || !known.has(letter.offset.toString())) fresh.push(letter)
  }
  return fresh
}

/** Makes the failure groups that are not there yet. Most are, and their stacks need not travel again. */
const makeGroups = async (
  client: pg.PoolClient,
  connectionId: string,
  letters: readonly NewLetter[],
): Promise<void> => {
  const byId = new Map<string, NewLetter>()
  for (const letter of letters)
    if (!byId.get(letter.failureGroupId)?.stack) byId.set(letter.failureGroupId, letter)
  const { rows } = await client.query<{ id: string }>({
    name: 'known-groups',
    text: 'SELECT id FROM failure_group WHERE id = ANY($1::text[])',
    values: [encodeTexts('text[]', [...byId.keys()])],
  })
  for (const { id } of rows) byId.delete(id)
  const groups = [...byId.values()].sort((a, b) => (a.failureGroupId < b.failureGroupId ? -1 : 1))
  if (groups.length === 0) return
  await client.query(
    `WITH rows AS MATERIALIZED (
       SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[])
         AS rows(id, error_class, root_cause, message, frame, stack, origin_topic, consumer_group, topic, convention, died_at)
     ), made AS (
       INSERT INTO failure_group (id, connection_id, error_class, root_cause, message, frame, origin_topic, consumer_group,
                                  dead_letter_topics, conventions, letters, first_seen_at, last_seen_at)
       SELECT id, $1, error_class, root_cause, message, frame, origin_topic, consumer_group, ARRAY[topic], ARRAY[convention], 0, died_at, died_at
       FROM rows
       ON CONFLICT (id) DO NOTHING RETURNING id
     )
     INSERT INTO failure_group_stack (failure_group_id, stack)
     SELECT id, stack FROM made JOIN rows USING (id) WHERE stack IS NOT NULL ON CONFLICT DO NOTHING`,
    [
      connectionId,
      groups.map((one) => one.failureGroupId),
      ...groupColumns(groups),
      groups.map((one) => one.topic),
      groups.map((one) => one.convention),
      groups.map((one) => new Date(one.diedAtMs)),
    ],
  )
}

/** Takes so many numbers of letters, rising. */
const takeIds = async (client: pg.PoolClient, count: number): Promise<readonly bigint[]> => {
  const { rows } = await client.query<[string]>({
    name: 'letter-ids',
    text: `SELECT nextval('dead_letter_id_seq') FROM generate_series(1, $1::int)`,
    values: [count],
    rowMode: 'array',
  })
  return rows.map(([id]) => BigInt(id))
}

/** A retry topic's name without its ending. */
const withoutRetry = (column: string) => `regexp_replace(${column}, '[-_.]retry.*$', '', 'i')`

/**
 * The replay items of returned copies, by the place in the batch. A copy that dies again carries its item's lineage. A
 * service that hands headers on gives them to its own messages, too: so the letter must come from where the copy was
 * sent, or from another topic of the same retry chain.
 */
const findItems = async (
  client: pg.PoolClient,
  letters: readonly NewLetter[],
): Promise<ReadonlyMap<number, bigint>> => {
  const told = letters.flatMap(({ lineage, originTopic }, no) =>
    lineage === null ? [] : [{ no, originTopic: clean(originTopic, 249), ...lineage }],
  )
  if (told.length === 0) return new Map()
  const { rows } = await client.query<{ no: number; id: string }>(
    `SELECT l.no, item.id FROM unnest($1::int[], $2::text[], $3::bigint[], $4::text[]) AS l(no, replay_id, item_id, origin_topic)
     JOIN replay_item AS item ON item.id = l.item_id AND item.replay_id::text = l.replay_id
       AND (l.origin_topic IS NULL OR l.origin_topic = item.target_topic
         OR ${withoutRetry('l.origin_topic')} = ${withoutRetry('item.target_topic')})`,
    [
      told.map(({ no }) => no),
      told.map(({ replayId }) => clean(replayId, 100)),
      told.map(({ itemId }) => itemId.toString()),
      told.map(({ originTopic }) => originTopic),
    ],
  )
  return new Map(rows.map(({ no, id }) => [no, BigInt(id)]))
}

const letterColumns = [
  'id',
  'connection_id',
  'topic',
  'partition',
  '"offset"',
  'failure_group_id',
  'died_at',
  'arrived_at',
  'key_text',
  'convention',
  'origin_topic',
  'origin_partition',
  'origin_offset',
  'consumer_group',
  'error_class',
  'root_cause',
  'message',
  'attempts',
  'trace_id',
  'death_time_source',
  'confidence',
  'earlier_deaths',
  'is_pointer',
  'homes',
  'replay_item_id',
  'error_key',
  'origin_at',
  'versions',
]
const letterStatement = `COPY dead_letter (${letterColumns.join(', ')}) FROM STDIN (FORMAT binary)`
/** What a row is likely to need at most; it grows where it must. */
const expectedRowBytes = 1_200

/** Versions as they are kept: JSON that PostgreSQL can hold. Null: there is none. */
export const versionsText = (versions: readonly VersionHeader[]): string | null =>
  versions.length === 0
    ? null
    : JSON.stringify(versions.map((pair) => pair.map((one) => one.replaceAll('\0', '\ufffd'))))

const rowsOf = (
  connectionId: string,
  letters: readonly NewLetter[],
  ids: readonly bigint[],
  items: ReadonlyMap<number, bigint>,
): Buffer => {
  const rows = new CopyBuffer(letters.length * expectedRowBytes)
  for (const [no, letter] of letters.entries()) {
    // In the order of the columns above.
    rows.row(letterColumns.length)
    rows.int8(ids[no] ?? null)
    rows.text(connectionId)
    rows.text(letter.topic)
    rows.int4(letter.partition)
    rows.int8(letter.offset)
    rows.text(letter.failureGroupId)
    rows.time(letter.diedAtMs)
    rows.time(letter.countedAtMs)
    rows.text(clean(letter.keyText, 1_000))
    rows.text(letter.convention)
    rows.text(clean(letter.originTopic, 249))
    rows.int4(letter.originPartition)
    rows.int8(letter.originOffset)
    rows.text(clean(letter.group, 255))
    rows.text(clean(letter.errorClass, 500))
    rows.text(clean(letter.rootCause, 500))
    rows.text(clean(letter.message, 2_000))
    rows.int4(letter.attempts)
    rows.text(letter.traceId)
    rows.text(letter.deathTimeSource)
    rows.text(letter.confidence)
    rows.int4(letter.earlierDeaths)
    rows.boolean(letter.isPointer)
    rows.text(letter.homes)
    rows.int8(items.get(no) ?? null)
    rows.int8(letter.errorKey)
    rows.time(letter.originAtMs)
    rows.text(versionsText(letter.versions))
  }
  return rows.end()
}

/** It tells where the message that died stands, and when that was written. */
const tellsOrigin = ({ originAtMs, originPartition, originOffset }: NewLetter): boolean =>
  originAtMs !== null && originPartition !== null && originOffset !== null

const tallyOf = (letters: readonly NewLetter[], ids: readonly bigint[]): ReadonlyMap<string, Tally> => {
  const tallies = new Map<string, Tally>()
  for (const [no, letter] of letters.entries()) {
    const id = ids[no] ?? 0n
    const known = tallies.get(letter.failureGroupId)
    if (!known) {
      tallies.set(letter.failureGroupId, {
        letters: 1,
        firstMs: letter.diedAtMs,
        firstOriginMs: letter.originAtMs ?? letter.diedAtMs,
        allTell: tellsOrigin(letter),
        originTopic: letter.originTopic,
        isOfOne: true,
        lastMs: letter.countedAtMs ?? letter.diedAtMs,
        arrivedMs: letter.arrivedAtMs,
        sampleId: id,
        sample: letter,
        topics: new Set([letter.topic]),
        conventions: new Set([letter.convention]),
      })
      continue
    }
    known.letters += 1
    known.firstMs = Math.min(known.firstMs, letter.diedAtMs)
    known.firstOriginMs = Math.min(known.firstOriginMs, letter.originAtMs ?? letter.diedAtMs)
    known.allTell &&= tellsOrigin(letter)
    known.isOfOne &&= letter.originTopic === known.originTopic
    known.lastMs = Math.max(known.lastMs, letter.countedAtMs ?? letter.diedAtMs)
    known.arrivedMs = Math.max(known.arrivedMs, letter.arrivedAtMs)
    if (id > known.sampleId) {
      known.sampleId = id
      known.sample = letter
    }
    known.topics.add(letter.topic)
    known.conventions.add(letter.convention)
  }
  return tallies
}

/** Adds what a batch brought; answers the groups among them that are closed. */
const addToGroups = async (
  client: pg.PoolClient,
  tallies: ReadonlyMap<string, Tally>,
): Promise<readonly ClosedGroup[]> => {
  const ids = [...tallies.keys()]
  const all = [...tallies.values()]
  // Two batches that each hold what the other waits for would wait for ever.
  await client.query({
    name: 'hold-groups',
    text: 'SELECT 1 FROM failure_group WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE',
    values: [encodeTexts('text[]', ids)],
  })
  const { rows } = await client.query<{ id: string; state: string }>({
    name: 'add-to-groups',
    text: `UPDATE failure_group AS g
           SET letters = g.letters + n.letters,
               first_seen_at = least(g.first_seen_at, n.first),
               last_seen_at = greatest(g.last_seen_at, n.last),
               oldest_at = CASE WHEN g.letters = 0 THEN n.first WHEN g.oldest_at IS NOT NULL THEN least(g.oldest_at, n.first) END,
               oldest_origin_at = CASE WHEN n.origin_topic IS DISTINCT FROM g.origin_topic THEN NULL WHEN g.letters = 0 THEN n.first_origin
                 WHEN g.oldest_origin_at IS NOT NULL THEN least(g.oldest_origin_at, n.first_origin) END,
               all_tell_origin = CASE WHEN n.origin_topic IS DISTINCT FROM g.origin_topic THEN NULL WHEN g.letters = 0 THEN n.all_tell
                 ELSE g.all_tell_origin AND n.all_tell END,
               ${takeNewerSamples('n')},
               dead_letter_topics = CASE WHEN g.dead_letter_topics @> n.topics THEN g.dead_letter_topics
                 ELSE ARRAY(SELECT DISTINCT unnest(g.dead_letter_topics || n.topics) ORDER BY 1) END,
               conventions = CASE WHEN g.conventions @> n.conventions THEN g.conventions
                 ELSE ARRAY(SELECT DISTINCT unnest(g.conventions || n.conventions) ORDER BY 1) END,
               merged_into = NULL
           FROM (SELECT id, letters, to_timestamp(first / 1000.0) AS first, to_timestamp(last / 1000.0) AS last, sample, string_to_array(topics, E'\\n') AS topics, string_to_array(conventions, E'\\n') AS conventions,
                   confidence, is_pointer = 1 AS is_pointer, tells_origin = 1 AS tells_origin,
                   to_timestamp(first_origin / 1000.0) AS first_origin, all_tell = 1 AS all_tell, origin_topic
                 FROM unnest($1::text[], $2::int4[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::text[], $8::text[], $9::int4[], $10::int4[], $11::int8[], $12::int4[], $13::text[])
                   AS t(id, letters, first, last, sample, topics, conventions, confidence, is_pointer, tells_origin, first_origin, all_tell, origin_topic)) AS n
           WHERE g.id = n.id
           RETURNING g.id, g.state`,
    values: [
      encodeTexts('text[]', ids),
      encodeIntegers(
        'int4[]',
        all.map((one) => one.letters),
      ),
      encodeBigints(all.map((one) => BigInt(one.firstMs))),
      encodeBigints(all.map((one) => BigInt(one.lastMs))),
      encodeBigints(all.map((one) => one.sampleId)),
      encodeTexts(
        'text[]',
        all.map((one) => [...one.topics].join('\n')),
      ),
      encodeTexts(
        'text[]',
        all.map((one) => [...one.conventions].join('\n')),
      ),
      encodeTexts(
        'text[]',
        all.map(({ sample }) => sample.confidence),
      ),
      encodeIntegers(
        'int4[]',
        all.map(({ sample }) => Number(sample.isPointer)),
      ),
      encodeIntegers(
        'int4[]',
        all.map(({ sample }) => Number(tellsOrigin(sample))),
      ),
      encodeBigints(all.map((one) => BigInt(one.firstOriginMs))),
      encodeIntegers(
        'int4[]',
        all.map(({ allTell }) => Number(allTell)),
      ),
      encodeTexts(
        'text[]',
        // No topic has an empty name: what is not of one topic is not of the group's.
        all.map(({ isOfOne, originTopic }) => (isOfOne ? clean(originTopic, 249) : '')),
      ),
    ],
  })
  return rows
    .filter(({ state }) => state === 'resolved' || state === 'archived' || state === 'muted')
    .map(({ id }) => ({ id, arrivedAtMs: tallies.get(id)?.arrivedMs ?? 0 }))
}
