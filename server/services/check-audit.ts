import type { AuditChain } from '#server/contracts/audit.ts'
import { beginWalk, type ChainWalk, endWalk, walkEntry } from '#server/domain/audit-chain.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { type AuditChoice, readAuditHead, readAuditOnwards } from '#server/repositories/audit.ts'
import type { Database } from '#server/repositories/database.ts'
import type { Deps } from './deps.ts'
import type { Fault } from './fault.ts'

export const everyEntry: AuditChoice = { who: '', action: '', target: '', fromMs: null, toMs: null }

const pageEntries = 2_000
/** What was found holds so long for who does not ask anew. */
const keptMs = 60_000

type Kept = { found: AuditChain | null; pending: Promise<AuditChain> | null }
const kept = new WeakMap<Database, Kept>()

/**
 * Walks the chain of all entries and says the first place where it is broken. A walk that was asked for is shared by all
 * who ask meanwhile; its result is answered for a minute, unless it is asked for again.
 */
export const checkAudit = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { again }: { readonly again: boolean },
  call: Call,
): Promise<Result<AuditChain, Fault>> => {
  const mine = kept.get(db) ?? { found: null, pending: null }
  kept.set(db, mine)
  if (mine.found && !again && clock.nowMs() - mine.found.checkedAtMs < keptMs) return succeed(mine.found)
  mine.pending ??= walkAll(db, clock)
    .then((found) => {
      mine.found = found
      return found
    })
    .finally(() => {
      mine.pending = null
    })
  const { promise, resolve } = Promise.withResolvers<null>()
  const giveUp = () => resolve(null)
  if (call.signal.aborted) giveUp()
  call.signal.addEventListener('abort', giveUp, { once: true })
  const found = await Promise.race([mine.pending, promise]).finally(() =>
    call.signal.removeEventListener('abort', giveUp),
  )
  if (found) return succeed(found)
  return fail({
    code: 'conflict',
    detail: 'The audit is long, and is still being checked. Ask again in a few seconds.',
  })
}

const walkAll = async (db: Database, clock: Deps['clock']): Promise<AuditChain> => {
  // First the end, then what leads to it: entries that are written meanwhile are left to the next walk.
  const head = await readAuditHead(db)
  let walk: ChainWalk = beginWalk
  for (let afterId = -1n; ; ) {
    const page = await readAuditOnwards(db, everyEntry, { afterId, upToId: head.lastId, limit: pageEntries })
    for (const entry of page) walk = walkEntry(walk, entry)
    const last = page.at(-1)
    if (!last || page.length < pageEntries) break
    afterId = BigInt(last.id)
  }
  const { entries, firstAtMs, lastHash, broken } = endWalk(walk, head.hash)
  return {
    entries,
    firstAtMs,
    chainedAtMs: head.chainedAtMs,
    foundEntries: head.foundEntries,
    lastHash,
    checkedAtMs: clock.nowMs(),
    broken,
  }
}
