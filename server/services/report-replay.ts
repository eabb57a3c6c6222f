import type { z } from 'zod'
import type { ReplayReport, replayReportQuery } from '#server/contracts/replay-report.ts'
import { findKeptHashes, lineOf, sayHowToCheck } from '#server/domain/replay-lines.ts'
import {
  jsonReport,
  markdownReport,
  type ReportForm,
  reportLinks,
  unprovenOutcomes,
} from '#server/domain/replay-report.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listAuditAbout, subjectText } from '#server/repositories/audit.ts'
import type { Database } from '#server/repositories/database.ts'
import { countProofs, listItems } from '#server/repositories/replay-items.ts'
import { hashLines } from '#server/repositories/replay-lines.ts'
import { findReplay } from '#server/repositories/replays.ts'
import { readReturnLetters } from '#server/repositories/returned-copies.ts'
import type { Connection, Deps } from './deps.ts'
import type { TextFile } from './export-audit.ts'
import { type Fault, notFound } from './fault.ts'
import { idsOfReturned, presentItem } from './list-replay-items.ts'
import { presentAudit } from './present-audit.ts'
import { summariseReplays } from './show-replay.ts'
import { presentPlan } from './show-replay-plan.ts'

const pageItems = 1_000
const mostReasons = 50
const mostEntries = 200

/**
 * A report of a started replay for the record: what was selected and planned, who, why, when, how, what came of each
 * item with its proof, and what is not proven. Written page by page, so that it may be of many items. Also while the
 * replay runs: it says when it was made.
 */
export const reportReplay = async (
  deps: Deps,
  connection: Connection,
  { id, format, base }: z.output<typeof replayReportQuery> & { readonly id: string },
  call: Call,
): Promise<Result<TextFile, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  const [replay] = found ? await summariseReplays(deps, [found]) : []
  if (!found || !replay) return notFound(`There is no replay ${id} on ${connection.name}.`)
  const started = { replayId: id, number: replay.number, at: replay.createdAt }
  const [plan, unproven, entries, now] = await Promise.all([
    presentPlan(deps, connection, id, found.plan, started, call),
    countProofs(deps.db, id, unprovenOutcomes, mostReasons),
    listAuditAbout(deps.db, connection.id, [subjectText({ kind: 'replay', id })], [id], mostEntries),
    hashLines(deps.db.pool, id),
  ])
  const audit = entries.toReversed().map(presentAudit)
  const kept = findKeptHashes(audit)
  const { name, environment } = connection
  const report: ReplayReport = {
    reportedAt: deps.clock.nowMs(),
    connection: { id: connection.id, name, environment },
    links: reportLinks(base ?? '', connection.id, id, replay.failureGroupId),
    replay,
    plan,
    unproven,
    lines: { kept, now, howToCheck: sayHowToCheck(kept, now) },
    audit,
  }
  const form = format === 'json' ? jsonReport : markdownReport
  return succeed({
    contentType: form.contentType,
    fileName: `replay-${replay.number}-${connection.id}.${format}`,
    chunks: chunksOf(deps.db, form, report, call),
  })
}

const chunksOf = async function* (
  db: Database,
  form: ReportForm,
  report: ReplayReport,
  { signal }: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const bytesOf = new TextEncoder()
  yield bytesOf.encode(form.head(report))
  let written = 0
  for (let after = -1; ; ) {
    signal.throwIfAborted()
    const page = await listItems(db, report.replay.id, { after, limit: pageItems })
    const returned = await readReturnLetters(db, idsOfReturned(page))
    const lines = page.map((item, index) =>
      form.item(
        {
          ...presentItem(item, returned.get(item.id), report.plan.requeue !== undefined),
          number: item.seq + 1,
          sourceTopicId: item.sourceTopicId,
          attempt: item.attempt,
          readerGroup: item.readerGroup,
          outcomeAt: item.outcomeAtMs,
          line: lineOf(item),
        },
        written + index,
        report,
      ),
    )
    if (lines.length > 0) yield bytesOf.encode(lines.join(''))
    written += page.length
    const last = page.at(-1)
    if (!last || page.length < pageItems) break
    after = last.seq
  }
  yield bytesOf.encode(form.end(written))
}
