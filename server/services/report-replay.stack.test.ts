import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { auditChain, messageHistory } from '#server/contracts/audit.ts'
import { readAuditHead } from '#server/repositories/audit.ts'
import { checkAudit } from './check-audit.ts'
import { type Bench, good, openBench } from './dead-letter-fixture.ts'
import { follow, itemsOf, makeLetters, planOf, sendAll, start } from './replay-fixture.ts'
import { reportReplay } from './report-replay.ts'
import { showMessageHistory } from './show-message-history.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const report = async (id: string, format: 'md' | 'json'): Promise<string> => {
  const file = await good(reportReplay(bench.deps, bench.connection, { id, format }, bench.call()))
  let text = ''
  for await (const chunk of file.chunks) text += Buffer.from(chunk).toString()
  return text
}
const historyOf = async (topic: string, position: string) =>
  messageHistory.parse(
    await good(showMessageHistory(bench.deps, bench.connection, { topic, position } as never, bench.call())),
  )

it('a replay is reported with every item, and its letters and copies tell of it', async () => {
  const { letters, origin } = await makeLetters(bench, 'reported', 5)
  const plan = await planOf(bench, letters)
  const replay = await start(bench, plan, { reason: 'fixed in 2.1' })
  await sendAll(bench, replay.id)
  await follow(bench, replay.id, { quietMs: 0, giveUpMs: 0 })
  const items = await itemsOf(bench, replay.id)

  const told = JSON.parse(await report(replay.id, 'json'))
  expect(told.itemCount).toBe(5)
  expect(told.items).toMatchObject(items)
  expect(told.report.replay).toMatchObject({ reason: 'fixed in 2.1', total: 5 })
  expect(told.report.plan).toMatchObject({ planId: plan.planId, ready: 5 })
  const open = told.report.unproven.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
  expect(open).toBe(items.filter(({ outcome }) => !['SETTLED', 'RETURNED'].includes(outcome)).length)
  expect(told.report.audit[0]).toMatchObject({
    action: 'start replay',
    reason: 'fixed in 2.1',
    facts: { selection: { letters: 5 }, plan: { 'may be sent': 5, targets: [`5 to ${origin}`] } },
  })
  const people = await report(replay.id, 'md')
  for (const { target } of items) expect(people).toContain(`${origin} ${target.position}`)
  expect(people).toContain('5 items. The report ends here')

  // Anybody can make the hashes of the audit out of either report.
  const hashOf = (lines: readonly string[]) =>
    createHash('sha256')
      .update(lines.map((line) => `${line}\n`).join(''))
      .digest('hex')
  const lines: string[] = told.items.map(({ line }: { line: string }) => line)
  const starts = lines.map((line) => line.split(' ').slice(0, 6).join(' '))
  const [begun, ...later] = told.report.audit
  expect(begun.facts.selection['SHA-256 of the lines']).toBe(hashOf(starts))
  expect(later.at(-1).facts.outcome['SHA-256 of the lines']).toBe(hashOf(lines))
  expect([...people.matchAll(/\| `([^`]*)` \|$/gm)].map(([, line]) => line)).toEqual(lines)
  expect(people.match(/The lines of this report have the same/g)).toHaveLength(2)
  // What was changed behind its back is seen.
  const { pool } = bench.database.db
  await pool.query(
    'UPDATE replay_item SET source_offset = source_offset + 1 WHERE replay_id = $1 AND seq = 0',
    [replay.id],
  )
  expect((await report(replay.id, 'md')).match(/they are not what they were/g)).toHaveLength(2)
  await pool.query(
    'UPDATE replay_item SET source_offset = source_offset - 1 WHERE replay_id = $1 AND seq = 0',
    [replay.id],
  )

  const [item] = items
  const asLetter = await historyOf(letters, item?.source.position ?? '')
  expect(asLetter.replays).toMatchObject([
    { number: replay.number, role: 'letter', reason: 'fixed in 2.1', other: { topic: origin } },
  ])
  expect(asLetter.entries.map(({ action }) => action)).toContain('start replay')
  const asCopy = await historyOf(origin, item?.target.position ?? '')
  expect(asCopy.replays).toMatchObject([
    { role: 'copy', other: { topic: letters, position: item?.source.position } },
  ])
  expect(await historyOf(origin, '0@999999')).toEqual({ replays: [], entries: [], isCut: false })
})

it('the end of a replay is in the audit with what came of it, once, and the chain holds', async () => {
  const { letters } = await makeLetters(bench, 'ended', 2)
  const replay = await start(bench, await planOf(bench, letters))
  await sendAll(bench, replay.id)
  const before = (await readAuditHead(bench.deps.db)).entries
  for (let look = 0; look < 3; look++) await follow(bench, replay.id, { quietMs: 0, giveUpMs: 0 })
  const { audit } = JSON.parse(await report(replay.id, 'json')).report
  expect(audit.map(({ action }: { action: string }) => action)).toEqual(['start replay', 'end replay'])
  expect(audit[1]).toMatchObject({ actor: 'worker', facts: { outcome: { state: 'done' } } })
  expect((await readAuditHead(bench.deps.db)).entries).toBe(before + 1)
  const checked = await good(checkAudit(bench.deps, { again: true }, bench.call()))
  expect(auditChain.parse(checked).broken).toBeNull()
})

it('what becomes of copies after the end is in the audit, too, with the hash of it', async () => {
  const { letters } = await makeLetters(bench, 'later', 2)
  const replay = await start(bench, await planOf(bench, letters))
  await sendAll(bench, replay.id)
  const { pool } = bench.database.db
  // As one that was stopped before the outcomes of what it had sent were known.
  await pool.query("UPDATE replay SET state = 'cancelled', finished_at = now() WHERE id = $1", [replay.id])
  for (let look = 0; look < 3; look++) await follow(bench, replay.id, { quietMs: 0, giveUpMs: 0 })
  const told = JSON.parse(await report(replay.id, 'json'))
  expect(told.report.audit.map(({ action }: { action: string }) => action)).toEqual([
    'start replay',
    'change outcomes',
  ])
  expect(told.report.lines.kept.end.hash).toBe(told.report.lines.now.outcomes)
})

it('a plan that was not started has no report', async () => {
  const { letters } = await makeLetters(bench, 'unreported', 1)
  const { planId } = await planOf(bench, letters)
  const none = await reportReplay(bench.deps, bench.connection, { id: planId, format: 'md' }, bench.call())
  expect(none).toMatchObject({ ok: false, error: { code: 'not-found' } })
})
