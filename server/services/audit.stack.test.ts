import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { auditChain, auditFilter, auditList, auditListQuery } from '#server/contracts/audit.ts'
import { beginWalk, chainStart, endWalk, hashEntry, walkEntry } from '#server/domain/audit-chain.ts'
import {
  type NewAuditEntry,
  readAuditHead,
  readAuditOnwards,
  recordAudit,
} from '#server/repositories/audit.ts'
import { type Database, openDatabase } from '#server/repositories/database.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { checkAudit, everyEntry } from './check-audit.ts'
import { exportAudit } from './export-audit.ts'
import { listAudit, showAuditEntry } from './list-audit.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

const call = () => ({ signal: AbortSignal.timeout(20_000) })
const deps = () => ({ db: database.db, clock: { nowMs: () => Date.now() } })
const entry = (more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  actor: 'ada',
  action: 'start replay',
  target: 'replay',
  connectionId: 'local',
  result: 'allowed',
  detail: '',
  ...more,
})
const record = (more: Partial<NewAuditEntry> = {}, db: Database = database.db) =>
  runInTransaction(db, (transaction) => recordAudit(transaction, entry(more)))
const check = async () => {
  const checked = await checkAudit(deps(), { again: true }, call())
  if (!checked.ok) throw new Error(checked.error.detail)
  return auditChain.parse(checked.value)
}
const list = async (query: Record<string, string> = {}) => {
  const listed = await listAudit(deps(), auditListQuery.parse(query), call())
  if (!listed.ok) throw new Error(listed.error.detail)
  return auditList.parse(listed.value)
}
const everything = async (db = database.db) =>
  readAuditOnwards(db, everyEntry, { afterId: -1n, upToId: (await readAuditHead(db)).lastId, limit: 5_000 })

/** As somebody with the rights of the database’s owner might, past the triggers; put right again afterwards. */
const tampered = async (statement: string, look: () => Promise<void>): Promise<void> => {
  const { pool } = database.db
  await pool.query('CREATE TABLE kept AS SELECT * FROM audit_entry')
  await pool.query('ALTER TABLE audit_entry DISABLE TRIGGER USER')
  try {
    await pool.query(statement)
    await look()
  } finally {
    await pool.query('DELETE FROM audit_entry')
    await pool.query('INSERT INTO audit_entry SELECT * FROM kept')
    await pool.query('ALTER TABLE audit_entry ENABLE TRIGGER USER')
    await pool.query('DROP TABLE kept')
  }
}

describe('entries of the audit', () => {
  it('are chained without a gap by two processes that write at once, whatever is rolled back', async () => {
    const writers = [openDatabase(database.url), openDatabase(database.url)]
    const before = (await check()).entries
    try {
      await Promise.all(
        writers.flatMap((db, writer) =>
          Array.from({ length: 100 }, async (_, index) => {
            const work = record({ target: `of writer ${writer}`, detail: String(index) }, db)
            if (index % 10 > 0) return work
            await work
            const given = runInTransaction(db, async (transaction) => {
              await recordAudit(transaction, entry({ target: 'never' }))
              throw new Error('given up')
            })
            await expect(given).rejects.toThrow('given up')
          }),
        ),
      )
    } finally {
      await Promise.all(writers.map((db) => db.close()))
    }
    expect(await check()).toMatchObject({ broken: null, entries: before + 200 })
    const written = await everything()
    expect(written.map(({ id }) => Number(id))).toEqual(written.map((_, index) => index + 1))
    expect(written.filter(({ target }) => target === 'never')).toEqual([])
  })

  it('have the hash that is computed outside of the database, whatever they say', async () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .map((one) => one.replaceAll('\0', '').toWellFormed())
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          actor: text,
          action: text,
          target: text,
          connectionId: fc.option(text),
          detail: text,
          reason: text,
          about: fc.array(fc.record({ kind: fc.constant('topic' as const), id: text }), { maxLength: 3 }),
          selection: fc.dictionary(text, text, { maxKeys: 3 }),
        }),
        async ({ selection, ...more }) => {
          await record({ ...more, facts: { selection: { ...selection } } })
        },
      ),
      { numRuns: 40 },
    )
    const written = await everything()
    for (const { hash, ...rest } of written) expect(hashEntry(rest)).toBe(hash)
    expect(
      endWalk(written.reduce(walkEntry, beginWalk), (await readAuditHead(database.db)).hash).broken,
    ).toBeNull()
  })

  it.each([
    `UPDATE audit_entry SET detail = 'nothing happened'`,
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    `UPDATE audit_head SET hash = ''`,
    'DELETE FROM audit_head',
    'TRUNCATE audit_head',
    `INSERT INTO audit_head ("only", last_id, entries, hash, found_entries) VALUES (true, 0, 0, '', 0) ON CONFLICT DO NOTHING`,
  ])('are kept: %s is refused', async (statement) => {
    await record()
    const before = await everything()
    await expect(database.db.pool.query(statement)).rejects.toThrow(/^The audit is append-only/)
    expect(await everything()).toEqual(before)
  })

  it('take their number, time and hashes from the database, whatever a writer claims', async () => {
    await database.db.pool.query(
      `INSERT INTO audit_entry (id, at, actor, action, target, result, detail, previous_hash, hash)
       VALUES (1, '2001-01-01', 'eve', 'set mark', 'mark 1', 'allowed', '', 'x', 'y')`,
    )
    const { entries } = await list({ who: 'eve' })
    expect(Date.now() - (entries[0]?.atMs ?? 0)).toBeLessThan(60_000)
    expect((await check()).broken).toBeNull()
  })
})

describe('the check of the chain', () => {
  it.each([
    [
      'changed',
      `UPDATE audit_entry SET detail = 'nothing happened' WHERE id = 5`,
      { entryId: '5', kind: 'altered' },
    ],
    ['removed', 'DELETE FROM audit_entry WHERE id = 5', { entryId: '6', kind: 'unlinked' }],
    ['removed from the end', 'DELETE FROM audit_entry WHERE id > 7', { entryId: '7', kind: 'cut' }],
    ['all removed', 'DELETE FROM audit_entry', { entryId: '0', kind: 'cut' }],
    [
      'given another number',
      'UPDATE audit_entry SET id = 100000 WHERE id = 5',
      { entryId: '6', kind: 'unlinked' },
    ],
  ])('says the first place where entries were %s', async (_, statement, broken) => {
    while ((await check()).entries < 9) await record()
    await tampered(statement, async () => expect(await check()).toMatchObject({ broken }))
    expect((await check()).broken).toBeNull()
  })

  it('answers what was found a moment ago, unless it is asked again', async () => {
    const { checkedAtMs, entries } = await check()
    await record()
    const kept = await checkAudit(deps(), { again: false }, call())
    expect(kept.ok && kept.value).toMatchObject({ checkedAtMs, entries })
    expect((await check()).entries).toBe(entries + 1)
  })
})

describe('old entries', () => {
  it('are chained as they are found', async () => {
    const folder = join(import.meta.dirname, '../../prisma/migrations')
    const sql = await readFile(join(folder, '20261121161000_audit_chain/migration.sql'), 'utf8')
    const { pool } = database.db
    const client = await pool.connect()
    try {
      await client.query('CREATE SCHEMA old; SET search_path = old')
      await client.query(`CREATE TABLE audit_entry (id BIGSERIAL PRIMARY KEY, at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
        actor TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, connection_id TEXT, result TEXT NOT NULL, detail TEXT NOT NULL)`)
      await client.query(
        'CREATE TABLE replay_item (target_topic TEXT, target_partition INT, target_offset BIGINT)',
      )
      await client.query(`INSERT INTO audit_entry (id, at, actor, action, target, connection_id, result, detail)
        SELECT n * 3, '2026-01-01'::timestamptz + n * interval '1 hour 7 ms', 'ada', 'set mark', 'mark ' || n, NULL, 'allowed', 'müde, ' || n
          FROM generate_series(1, 500) AS n`)
      await client.query(sql)
      await client.query(
        `INSERT INTO audit_entry (actor, action, target, result, detail) VALUES ('bob', 'set mark', 'mark 501', 'allowed', '')`,
      )
      const { rows } = await client.query(
        `SELECT id::text, (extract(epoch FROM at) * 1000)::float8 AS "atMs", actor, action, target, connection_id AS connection, result,
                detail, reason, about, facts::text, previous_hash AS "previousHash", hash FROM audit_entry ORDER BY audit_entry.id`,
      )
      const { rows: heads } = await client.query(
        'SELECT hash, entries::int, found_entries::int FROM audit_head',
      )
      expect(rows.at(-1)).toMatchObject({ id: '1501', actor: 'bob' })
      expect(rows[0]).toMatchObject({ id: '3', previousHash: chainStart })
      expect(heads).toMatchObject([{ entries: 501, found_entries: 500 }])
      expect(endWalk(rows.reduce(walkEntry, beginWalk), heads[0]?.hash)).toMatchObject({
        broken: null,
        entries: 501,
      })
    } finally {
      await client.query('RESET search_path; DROP SCHEMA old CASCADE')
      client.release()
    }
  })
})

describe('the list', () => {
  it('is narrowed by who, action, target, subject and time', async () => {
    await record({ actor: 'Grace Hopper', action: 'stop replay', target: 'aa-11', reason: 'found a moth' })
    await record({ actor: 'grace hopper', target: 'x', about: [{ kind: 'topic', id: 'orders_1' }] })
    expect((await list({ who: 'HOPPER' })).entries).toHaveLength(2)
    expect((await list({ who: 'hopper', action: 'stop replay' })).entries).toMatchObject([
      { target: 'aa-11', reason: 'found a moth', about: [{ kind: 'replay', id: 'aa-11' }] },
    ])
    expect((await list({ target: 'orders_1' })).entries).toMatchObject([{ actor: 'grace hopper' }])
    expect((await list({ target: 'orders%1' })).entries).toEqual([])
    expect((await list({ who: 'hopper', minutes: '1' })).entries).toHaveLength(2)
    expect((await list({ who: 'hopper', to: String(Date.now() - 600_000) })).entries).toEqual([])
    expect((await list()).actions).toContain('stop replay')
  })

  it('shows one entry by its number, and says of others that there are none', async () => {
    const [newest] = (await list()).entries
    const shown = await showAuditEntry(deps(), newest?.id ?? '', call())
    expect(shown).toEqual({ ok: true, value: newest })
    expect(await showAuditEntry(deps(), '999999', call())).toMatchObject({ error: { code: 'not-found' } })
  })
})

describe('the export', () => {
  const write = async (query: Record<string, string>, path: string): Promise<string> => {
    const opened = await exportAudit(deps(), auditFilter.parse(query), call())
    if (!opened.ok) throw new Error(opened.error.detail)
    let text = ''
    for await (const chunk of opened.value.chunks) text += Buffer.from(chunk).toString()
    await writeFile(path, text)
    return text
  }
  const verify = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, '../verify-audit.ts'), ...args]).catch(
      (error: { stdout: string; code: number }) => error,
    )

  it('is verified by the command, which finds what was changed in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'audit-'))
    const file = join(folder, 'audit.jsonl')
    try {
      const text = await write({}, file)
      const { hash, entries } = await readAuditHead(database.db)
      expect((await verify(file, hash)).stdout).toContain(`Unbroken: ${entries} entries`)
      await writeFile(file, text.replace('found a moth', 'found no moth'))
      expect(await verify(file)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^BROKEN\. Line \d+: Entry/),
      })
      await write({ who: 'hopper' }, file)
      expect((await verify(file)).stdout).toMatch(
        /^2 entries, each as it was written\. The file is a selection/,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
