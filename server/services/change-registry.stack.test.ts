import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { fail, succeed } from '#server/domain/result.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { changeRegistry, type RegistryChange } from './change-registry.ts'
import { composeLocal, meansOf } from './console-fixture.ts'

const actor = { name: 'tester', permissions: new Set<never>() }
let database: TestDatabase
let local: Composition
let targets = 0

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  local = composeLocal(database, inject('brokers'), inject('registryUrl'))
})
afterAll(async () => {
  await local.dispose()
  await database.drop()
})

const auditOf = async (target: string) =>
  (
    await database.db.pool.query<{ result: string; detail: string }>(
      'SELECT result, detail FROM audit_entry WHERE target = $1 ORDER BY id',
      [target],
    )
  ).rows

const changeOf = (run: RegistryChange<null>['run']): RegistryChange<null> => ({
  action: 'register schema',
  target: `subject-${++targets}`,
  confirm: { typed: '', wanted: 'orders-value' },
  detail: 'AVRO',
  run,
})

describe('the audit of a change of the registry', () => {
  it('tells of the intent before the registry is asked, and holds no connection meanwhile', async () => {
    const [deps, connection] = meansOf(local)
    const { pool } = database.db
    const change: RegistryChange<null> = changeOf(async () => {
      expect(pool.totalCount - pool.idleCount).toBe(0)
      expect(await auditOf(change.target)).toMatchObject([{ result: 'allowed', detail: 'begins: AVRO' }])
      return succeed(null)
    })
    expect(await changeRegistry(deps, connection, actor, change)).toEqual({ ok: true, value: null })
    expect(await auditOf(change.target)).toMatchObject([{ result: 'allowed' }, { detail: 'done: AVRO' }])
  })

  it.each(['timeout', 'unreachable'] as const)('tells after %s that the end is not known', async (kind) => {
    const [deps, connection] = meansOf(local)
    const change = changeOf(async () => fail({ kind, detail: 'no answer', source: 'registry' }))
    const answer = await changeRegistry(deps, connection, actor, change)
    expect(answer.ok ? '' : answer.error.detail).toContain('look at it before trying again')
    expect(await auditOf(change.target)).toMatchObject([{ result: 'allowed' }, { result: 'unknown' }])
  })

  it('tells what the registry refused as failed, and what threw as unknown', async () => {
    const [deps, connection] = meansOf(local)
    const refused = changeOf(async () => fail({ kind: 'invalid', detail: 'no schema', source: 'registry' }))
    expect(await changeRegistry(deps, connection, actor, refused)).toMatchObject({
      error: { code: 'conflict' },
    })
    expect(await auditOf(refused.target)).toMatchObject([{ result: 'allowed' }, { result: 'failed' }])
    const thrown = changeOf(() => Promise.reject(new Error('lost')))
    await expect(changeRegistry(deps, connection, actor, thrown)).rejects.toThrow('lost')
    expect(await auditOf(thrown.target)).toMatchObject([{ result: 'allowed' }, { result: 'unknown' }])
  })

  it('tells of a missing confirmation as refused', async () => {
    const [deps, connection] = meansOf(local)
    const environment = { name: 'production', colour: 'red', production: true } as const
    const change = changeOf(async () => succeed(null))
    expect(await changeRegistry(deps, { ...connection, environment }, actor, change)).toMatchObject({
      error: { code: 'invalid-request' },
    })
    expect(await auditOf(change.target)).toMatchObject([{ result: 'refused' }])
  })
})
