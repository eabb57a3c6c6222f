import type { AuditFilter } from '#server/contracts/audit.ts'
import { chainStart } from '#server/domain/audit-chain.ts'
import { endLine, entryLine, headLine } from '#server/domain/audit-export.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { type AuditChoice, readAuditHead, readAuditOnwards } from '#server/repositories/audit.ts'
import type { Database } from '#server/repositories/database.ts'
import type { Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { choiceOf } from './list-audit.ts'

/** Bytes of a file on their way. */
export type TextFile = {
  readonly contentType: string
  readonly fileName: string
  readonly chunks: AsyncGenerator<Uint8Array, void, void>
}

const pageEntries = 1_000

/**
 * Entries that fit as JSON Lines in the order of the chain, with their hashes, between a line that says what was asked
 * for and one that says where it ends. `server/verify-audit.ts` reads it. Entries written meanwhile are left out.
 */
export const exportAudit = async (
  deps: Pick<Deps, 'db' | 'clock'>,
  query: AuditFilter,
  call: Call,
): Promise<Result<TextFile, Fault>> => {
  const { lastId } = await readAuditHead(deps.db)
  const filter = Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== '' && value !== undefined),
  ) as Record<string, string | number>
  const exportedAt = new Date(deps.clock.nowMs()).toISOString()
  const whole = Object.keys(filter).length === 0
  const head = headLine({ exportedAt, whole, filter })
  const name = `audit-${exportedAt.slice(0, 19).replaceAll(':', '-')}${whole ? '' : '-selection'}.jsonl`
  return succeed({
    contentType: 'application/x-ndjson; charset=utf-8',
    fileName: name,
    chunks: chunksOf(deps.db, choiceOf(deps, query), lastId, head, call),
  })
}

const chunksOf = async function* (
  db: Database,
  choice: AuditChoice,
  upToId: bigint,
  head: string,
  { signal }: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const bytesOf = new TextEncoder()
  yield bytesOf.encode(head)
  let entries = 0
  let lastHash = chainStart
  for (let afterId = -1n; ; ) {
    signal.throwIfAborted()
    const page = await readAuditOnwards(db, choice, { afterId, upToId, limit: pageEntries })
    entries += page.length
    const last = page.at(-1)
    if (!last) break
    yield bytesOf.encode(page.map(entryLine).join(''))
    lastHash = last.hash
    if (page.length < pageEntries) break
    afterId = BigInt(last.id)
  }
  yield bytesOf.encode(endLine({ entries, lastHash }))
}
