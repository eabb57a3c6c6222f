import { beginWalk, type ChainedEntry, type ChainWalk, endWalk, walkEntry } from './audit-chain.ts'
import { sayMany } from './say-amounts.ts'

/** What an exported file of the audit says of itself, in its first line. */
export type AuditFileHead = {
  readonly exportedAt: string
  /** All entries, from the first on: only such a file shows that none is missing. */
  readonly whole: boolean
  /** Which entries it was asked for; empty when whole. */
  readonly filter: Readonly<Record<string, string | number>>
}
/** And in its last line. */
export type AuditFileEnd = { readonly entries: number; readonly lastHash: string }

/** The file's first line, as JSON with its line end; `entryLine` and `endLine` make the others. */
export const headLine = (head: AuditFileHead): string => `${JSON.stringify({ audit: head })}\n`
export const entryLine = ({
  id,
  atMs,
  actor,
  action,
  target,
  connection,
  result,
  detail,
  reason,
  about,
  facts,
  previousHash,
  hash,
}: ChainedEntry): string =>
  `${JSON.stringify({ id, at: new Date(atMs).toISOString(), atMs, actor, action, target, connection, result, detail, reason, about, facts, previousHash, hash })}\n`
export const endLine = (end: AuditFileEnd): string => `${JSON.stringify({ end })}\n`

/** How far a file was read, and what was seen. */
export type Verification = {
  readonly lines: number
  readonly head: AuditFileHead | null
  readonly end: AuditFileEnd | null
  readonly walk: ChainWalk
  /** The first thing that is wrong, in words. */
  readonly problem: string | null
}
export const beginVerification: Verification = {
  lines: 0,
  head: null,
  end: null,
  walk: beginWalk,
  problem: null,
}

const parse = (line: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(line)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

const texts = [
  'id',
  'actor',
  'action',
  'target',
  'result',
  'detail',
  'reason',
  'previousHash',
  'hash',
] as const
const isEntry = (value: Record<string, unknown>): boolean =>
  texts.every((name) => typeof value[name] === 'string') &&
  Number.isSafeInteger(value.atMs) &&
  // The time for readers is held against the one that the hash covers.
  value.at === new Date(Number(value.atMs)).toISOString() &&
  (value.connection === null || typeof value.connection === 'string') &&
  (value.facts === null || typeof value.facts === 'string') &&
  Array.isArray(value.about) &&
  value.about.every((one) => typeof one === 'string')

const failAt = (so: Verification, words: string): Verification => ({
  ...so,
  problem: `Line ${so.lines}: ${words}`,
})

/** Reads the next line of an exported file. What was wrong first stays. */
export const verifyLine = (before: Verification, line: string): Verification => {
  if (before.problem !== null) return before
  const so = { ...before, lines: before.lines + 1 }
  const value = parse(line)
  if (value === null) return failAt(so, 'it is no JSON object.')
  if (so.lines === 1) {
    const head = value.audit as AuditFileHead | undefined
    return typeof head?.whole === 'boolean'
      ? { ...so, head }
      : failAt(so, 'this is no exported audit: its first line does not say so.')
  }
  if (so.end !== null) return failAt(so, 'something stands after the end.')
  if (typeof value.end === 'object') return { ...so, end: value.end as AuditFileEnd }
  if (!isEntry(value)) return failAt(so, 'it is no entry of an audit.')
  const entry = value as unknown as ChainedEntry
  // Entries that were picked have gaps between them: each stands for itself.
  const walk = walkEntry(
    so.head?.whole === false ? { ...so.walk, lastHash: entry.previousHash } : so.walk,
    entry,
  )
  return walk.broken === null ? { ...so, walk } : failAt({ ...so, walk }, walk.broken.sentence)
}

/** Ends the reading. `expectedHash`, kept elsewhere, is the hash of an entry that the chain must end with. */
export const endVerification = (so: Verification, expectedHash: string | null): Verification => {
  if (so.problem !== null) return so
  if (so.head === null) return { ...so, problem: 'The file is empty.' }
  if (so.end === null)
    return { ...so, problem: 'The file was cut off: its last line does not say where the audit ends.' }
  if (so.end.entries !== so.walk.entries)
    return {
      ...so,
      problem: `The file says that it holds ${so.end.entries} entries, and holds ${so.walk.entries}.`,
    }
  const walk = endWalk(so.walk, so.end.lastHash)
  if (so.head.whole && walk.broken !== null) return { ...so, walk, problem: walk.broken.sentence }
  if (expectedHash !== null && expectedHash !== walk.lastHash)
    return { ...so, problem: `The last hash is ${walk.lastHash}, not the one that was expected.` }
  return so
}

/** What a reading has found, in one sentence. */
export const sayVerification = ({ problem, head, walk }: Verification): string => {
  if (problem !== null) return `BROKEN. ${problem}`
  const count = sayMany(walk.entries, 'entry', 'entries')
  return head?.whole
    ? `Unbroken: ${count}, each as it was written and none missing. Last hash ${walk.lastHash}.`
    : `${count}, each as it was written. The file is a selection: only a whole export shows that none is missing.`
}
