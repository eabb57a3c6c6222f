import { createHash } from 'node:crypto'

/** One entry of the audit with all that its hash covers. `facts` is the JSON text as it was written, or null. */
export type ChainedEntry = {
  readonly id: string
  readonly atMs: number
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly connection: string | null
  readonly result: string
  readonly detail: string
  readonly reason: string
  readonly about: readonly string[]
  readonly facts: string | null
  readonly previousHash: string
  readonly hash: string
}

/** What stands before the first entry. */
export const chainStart = '0'.repeat(64)

/** A text with its length in bytes before it, so that no two lists of fields read the same; null is a dash. */
const field = (value: string | null): string =>
  value === null ? '-,' : `${Buffer.byteLength(value, 'utf8')}:${value},`

/** SHA-256, in hexadecimal digits, over an entry and the hash before it. `audit_hash` of the database is its twin. */
export const hashEntry = (entry: Omit<ChainedEntry, 'hash'>): string => {
  const { previousHash, id, atMs, actor, action, target, connection, result, detail, reason, about, facts } =
    entry
  const fields = [
    'spillway audit 1',
    previousHash,
    id,
    String(atMs),
    actor,
    action,
    target,
    connection,
    result,
    detail,
    reason,
    String(about.length),
    ...about,
    facts,
  ]
  return createHash('sha256').update(fields.map(field).join(''), 'utf8').digest('hex')
}

/** The first place at which a chain does not hold. */
export type ChainBreak = {
  readonly entryId: string
  readonly kind: 'altered' | 'unlinked' | 'cut'
  readonly sentence: string
}

/** How far a chain was walked, and what was seen. */
export type ChainWalk = {
  readonly entries: number
  readonly firstAtMs: number | null
  readonly lastId: string | null
  readonly lastHash: string
  readonly broken: ChainBreak | null
}

export const beginWalk: ChainWalk = {
  entries: 0,
  firstAtMs: null,
  lastId: null,
  lastHash: chainStart,
  broken: null,
}

const breakAt = (walk: ChainWalk, entry: ChainedEntry): ChainBreak | null => {
  if (hashEntry(entry) !== entry.hash)
    return {
      entryId: entry.id,
      kind: 'altered',
      sentence: `Entry ${entry.id} was changed after it was written: its hash does not fit what it says.`,
    }
  if (entry.previousHash === walk.lastHash) return null
  return {
    entryId: entry.id,
    kind: 'unlinked',
    sentence:
      walk.lastId === null
        ? `Entry ${entry.id} is not the first that was written: what stood before it is missing.`
        : `Entry ${entry.id} does not follow entry ${walk.lastId}: between them something was removed, put in or moved.`,
  }
}

/** One step along the chain, in the order of the entries. What is broken stays the first place that was. */
export const walkEntry = (walk: ChainWalk, entry: ChainedEntry): ChainWalk => ({
  entries: walk.entries + 1,
  firstAtMs: walk.firstAtMs ?? entry.atMs,
  lastId: entry.id,
  lastHash: entry.hash,
  broken: walk.broken ?? breakAt(walk, entry),
})

/** Ends a walk: `head` is the hash of the newest entry as it is known from elsewhere. What was cut off is found by it. */
export const endWalk = (walk: ChainWalk, head: string): ChainWalk =>
  walk.broken !== null || walk.lastHash === head
    ? walk
    : {
        ...walk,
        broken: {
          entryId: walk.lastId ?? '0',
          kind: 'cut',
          sentence:
            walk.lastId === null
              ? 'All entries are missing.'
              : `Entry ${walk.lastId} is not the newest that was written: what stood after it is missing.`,
        },
      }
