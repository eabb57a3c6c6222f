import type pg from 'pg'
import { judgeKin, type KinCopy, type KinVerdict } from '#server/domain/judge-kin.ts'
import { isOfCopy, isReturn } from './returned-copies.ts'
import type { Transaction } from './run-in-transaction.ts'

type Client = Pick<pg.ClientBase, 'query'>

/** Letters of one message, with its copies; a copy that came back is left out: its letter stands for it. */
export type LetterKin = {
  readonly letters: readonly bigint[]
  readonly copies: readonly KinCopy[]
  /** The edit that a letter's bytes come from; null: they are those that died first. */
  readonly versionOf: (letterId: bigint) => string | null
}

/** The cluster that copies are to go to; `isHome`: it is that of the letters. */
export type KinTarget = { readonly clusterId: string; readonly isHome: boolean }

/** So many letters are asked for at a time. */
const lettersAtOnce = 20_000

/** A letter that is the returned copy of another, by an item; `edit`: the replay, where it had sent an edited copy. */
type Descent = {
  readonly child: string
  readonly parent: string
  readonly item: string
  readonly outcome: string
  readonly edit: string | null
}

const listDescents = async (client: Client, ids: readonly string[]): Promise<readonly Descent[]> => {
  const columns = `l.id AS child, i.letter_id AS parent, i.id AS item, i.outcome, e.replay_id AS edit`
  const { rows } = await client.query<Descent>(
    `SELECT ${columns} FROM replay_item i JOIN dead_letter l ON l.replay_item_id = i.id LEFT JOIN letter_edit e USING (replay_id)
     WHERE i.letter_id = ANY($1::bigint[]) AND ${isOfCopy} AND ${isReturn}
     UNION SELECT ${columns} FROM dead_letter l JOIN replay_item i ON i.id = l.replay_item_id LEFT JOIN letter_edit e USING (replay_id)
     WHERE l.id = ANY($1::bigint[]) AND ${isOfCopy} AND ${isReturn}`,
    [ids],
  )
  return rows
}

/** Letters that died where one of these did, by the same group, as far as a replay has sent them. */
const listTwins = async (client: Client, ids: readonly string[]): Promise<readonly (readonly string[])[]> => {
  const { rows } = await client.query<{ mine: string[]; sent: string[] }>(
    `SELECT array_agg(DISTINCT l.id) AS mine, array_agg(DISTINCT s.letter_id) AS sent
     FROM dead_letter l JOIN sent_origin s ON s.connection_id = l.connection_id AND s.origin_topic = l.origin_topic
       AND s.origin_partition = l.origin_partition AND s.origin_offset = l.origin_offset
       AND s.consumer_group IS NOT DISTINCT FROM l.consumer_group
     WHERE l.id = ANY($1::bigint[]) AND l.convention <> 'unrecognised'
     GROUP BY l.connection_id, l.origin_topic, l.origin_partition, l.origin_offset, l.consumer_group`,
    [ids],
  )
  return rows.map(({ mine, sent }) => [...mine, ...sent])
}

type CopyRow = {
  letter_id: string
  item: string
  number: number
  by: string
  outcome: string
  sent_at: Date | null
  outcome_at: Date | null
  edit: string | null
}

const listCopies = async (
  client: Client,
  ids: readonly string[],
  exceptReplay: string | null,
  target: KinTarget | null,
): Promise<readonly CopyRow[]> => {
  const { rows } = await client.query<CopyRow>(
    `SELECT i.letter_id, i.id AS item, r.number, r.started_by AS by, i.outcome, i.sent_at, i.outcome_at, e.replay_id AS edit
     FROM replay_item i JOIN replay r ON r.id = i.replay_id LEFT JOIN letter_edit e ON e.replay_id = r.id
     WHERE i.letter_id = ANY($1::bigint[]) AND r.number IS NOT NULL AND r.id IS DISTINCT FROM $2::uuid
       AND (i.outcome IN ('PENDING', 'SENT', 'CONSUMED', 'RETRYING') OR (i.outcome IN ('SETTLED', 'UNKNOWN')
         AND ($3::text IS NULL OR r.target_cluster_id = $3 OR (r.target_cluster_id IS NULL AND $4))))`,
    [ids, exceptReplay, target?.clusterId ?? null, target?.isHome ?? true],
  )
  return rows
}

const inPieces = async <T>(
  ids: readonly string[],
  list: (piece: readonly string[]) => Promise<readonly T[]>,
): Promise<T[]> => {
  const all: T[] = []
  for (let from = 0; from < ids.length; from += lettersAtOnce)
    for (const one of await list(ids.slice(from, from + lettersAtOnce))) all.push(one)
  return all
}

/** Sets that grow together: `find` names the one that a member is in. */
const makeSets = () => {
  const above = new Map<string, string>()
  const find = (id: string): string => {
    let top = id
    for (let next = above.get(top); next !== undefined; next = above.get(top)) top = next
    for (let at = id; at !== top; ) {
      const next = above.get(at) ?? top
      above.set(at, top)
      at = next
    }
    return top
  }
  const join = (a: string, b: string): void => {
    const [one, other] = [find(a), find(b)]
    if (one !== other) above.set(one, other)
  }
  return { find, join }
}

/**
 * The letters of one message, by each of the given ones: the letter whose copy came back as it, those that its copies have
 * become, and a second letter of the same death (frameworks write one twice when they die before they commit), and so on
 * from each of them. Letters without any copy are left out. Copies by `exceptReplay` do not count, nor do those on other
 * clusters than that of `target` once their outcome is known or given up.
 */
export const findLetterKin = async (
  client: Client,
  letterIds: readonly bigint[],
  exceptReplay: string | null = null,
  target: KinTarget | null = null,
): Promise<ReadonlyMap<bigint, LetterKin>> => {
  const known = new Set(letterIds.map(String))
  const sets = makeSets()
  const parents = new Map<string, Descent>()
  const returned = new Set<string>()
  for (let edge = [...known]; edge.length > 0; ) {
    const descents = await inPieces(edge, (ids) => listDescents(client, ids))
    const twins = await inPieces(edge, (ids) => listTwins(client, ids))
    for (const descent of descents) {
      parents.set(descent.child, descent)
      // One that is yet to be sent, or whose return is not yet known of, stands for itself.
      if (descent.outcome === 'RETURNED') returned.add(descent.item)
    }
    const found: string[] = []
    for (const group of [...descents.map(({ child, parent }) => [child, parent]), ...twins])
      for (const id of group) {
        sets.join(group[0] ?? id, id)
        if (known.has(id)) continue
        known.add(id)
        found.push(id)
      }
    edge = found
  }
  const versionOf = (id: string): string | null => {
    // Anybody can write headers that name an item: what leads back to itself ends.
    const seen = new Set<string>()
    for (let at = parents.get(id); at && !seen.has(at.child); at = parents.get(at.parent)) {
      if (at.edit) return at.edit
      seen.add(at.child)
    }
    return null
  }
  const copies = await inPieces([...known], (ids) => listCopies(client, ids, exceptReplay, target))
  const standing = copies.filter(({ item }) => !returned.has(item))
  const copiesOf = Map.groupBy(standing, (row) => sets.find(row.letter_id))
  const kin = new Map<string, LetterKin>()
  for (const [set, members] of Map.groupBy(known, sets.find)) {
    const rows = copiesOf.get(set) ?? []
    if (members.length > 1 || rows.length > 0)
      kin.set(set, {
        letters: members.map(BigInt),
        copies: rows.map((row) => copyOf(row, row.edit ?? versionOf(row.letter_id))),
        versionOf: (letterId) => versionOf(letterId.toString()),
      })
  }
  return new Map(
    letterIds.flatMap((id): [bigint, LetterKin][] => {
      const mine = kin.get(sets.find(id.toString()))
      return mine ? [[id, mine]] : []
    }),
  )
}

const copyOf = (row: CopyRow, version: string | null): KinCopy => ({
  letterId: BigInt(row.letter_id),
  number: row.number,
  by: row.by,
  outcome: row.outcome,
  sentAtMs: row.sent_at?.getTime() ?? null,
  outcomeAtMs: row.outcome_at?.getTime() ?? null,
  version,
})

/** What became of a copy that keeps another from being sent, for an item that is left out. */
const sayLeftOut = ({ kind, copy }: KinVerdict): string => {
  const by = `replay #${copy.number} by ${copy.by}`
  if (kind === 'settled')
    return `not sent: the same message was settled by ${by}, as dead letter ${copy.letterId}`
  if (kind === 'open')
    return `not sent: ${by} has the same message under way, as dead letter ${copy.letterId}`
  const form = copy.version === null ? 'sent it as it was' : 'sent an edited copy'
  return `not sent: ${by} has ${form}, and nobody knows what became of that`
}

const readTarget = async (client: Client, replayId: string): Promise<KinTarget | null> => {
  const { rows } = await client.query<{ target: string | null; home: string | null }>(
    'SELECT target_cluster_id AS target, cluster_id AS home FROM replay WHERE id = $1',
    [replayId],
  )
  const [row] = rows
  return row && row.target !== null ? { clusterId: row.target, isHome: row.target === row.home } : null
}

/** Leaves out of a replay that is being started what has been sent meanwhile, also by another letter of the same message. */
export const skipSentKin = async (transaction: Transaction, replayId: string): Promise<void> => {
  const { rows } = await transaction.query<{
    id: string
    letter: string
    died_at: Date | null
    is_edit: boolean
  }>(
    `SELECT i.id, i.letter_id AS letter, l.died_at, e.replay_id IS NOT NULL AS is_edit
     FROM replay_item i LEFT JOIN dead_letter l ON l.id = i.letter_id LEFT JOIN letter_edit e USING (replay_id)
     WHERE i.replay_id = $1 AND i.outcome = 'PENDING'`,
    [replayId],
  )
  const kin = await findLetterKin(
    transaction,
    rows.map(({ letter }) => BigInt(letter)),
    replayId,
    await readTarget(transaction, replayId),
  )
  const left = rows.flatMap(({ id, letter, died_at, is_edit }) => {
    const mine = kin.get(BigInt(letter))
    if (!mine) return []
    const verdict = judgeKin(
      { diedAtMs: died_at?.getTime() ?? 0, version: mine.versionOf(BigInt(letter)) },
      mine.copies,
      is_edit,
    )
    return verdict === null || verdict.kind === 'unknown' ? [] : [{ id, proof: sayLeftOut(verdict) }]
  })
  if (left.length > 0)
    await transaction.query(
      `UPDATE replay_item AS i SET outcome = 'SKIPPED', outcome_at = now(), proof = n.proof
       FROM unnest($2::bigint[], $3::text[]) AS n(id, proof) WHERE i.replay_id = $1 AND i.id = n.id`,
      [replayId, left.map(({ id }) => id), left.map(({ proof }) => proof)],
    )
}

/** Keeps where the messages had died that a replay is about to send, for other letters of the same deaths. */
export const keepSentOrigins = async (transaction: Transaction, replayId: string): Promise<void> => {
  await transaction.query(
    `INSERT INTO sent_origin (letter_id, connection_id, origin_topic, origin_partition, origin_offset, consumer_group)
     SELECT DISTINCT l.id, l.connection_id, l.origin_topic, l.origin_partition, l.origin_offset, l.consumer_group
     FROM replay_item i JOIN dead_letter l ON l.id = i.letter_id
     WHERE i.replay_id = $1 AND i.outcome = 'PENDING' AND l.convention <> 'unrecognised' AND l.origin_topic IS NOT NULL
       AND l.origin_partition IS NOT NULL AND l.origin_offset IS NOT NULL
     ON CONFLICT DO NOTHING`,
    [replayId],
  )
}
