import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import type { EditingMode } from '#server/contracts/choices.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import { type LetterEditDraft, letterEditDraft } from '#server/contracts/letter-edits.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { composeLocal } from './console-fixture.ts'
import { type Bench, good, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { decideLetterEdit, listEdits } from './decide-letter-edit.ts'
import type { Actor } from './deps.ts'
import { checkLetterEdit, planLetterEdit, showLetterEdit } from './edit-letter.ts'
import { forgetOldPlans } from './forget-old-plans.ts'
import { headerText, itemsOf, lettersOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { showMessage } from './show-message.ts'
import { startReplay } from './start-replay.ts'

let bench: Bench
let open: Composition
let origin: TopicName
let letters: TopicName
let schemaId = 0
const avro = { type: 'record', name: 'Order', fields: [{ name: 'id', type: 'long' }] }
const zigzag = (id: number): Buffer => {
  const frame = Buffer.alloc(5)
  frame.writeInt32BE(schemaId, 1)
  return Buffer.concat([frame, Buffer.from([id * 2])])
}

beforeAll(async () => {
  const plain = await openBench(inject('brokers'), inject('databaseUrl'))
  open = composeLocal(plain.database, inject('brokers'), inject('registryUrl'))
  const registry = open.deps.connections[0]?.registry ?? null
  bench = { ...plain, connection: { ...plain.connection, registry, editing: 'on' } }
  origin = await bench.makeTopic(`edit-${bench.suffix}`, 3)
  letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const response = await fetch(`${inject('registryUrl')}/subjects/${origin}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: JSON.stringify(avro) }),
  })
  schemaId = ((await response.json()) as { id: number }).id
})
afterAll(async () => {
  await open?.dispose()
  await bench?.dispose()
})

/** Far from where copies are written: what dies there is such a copy. */
let made = 100_000
const die = async (message: Parameters<typeof outgoing>[1] = {}): Promise<string> => {
  const failure = springHeaders({ topic: origin, offset: BigInt(made++), group: 'payments' })
  const headers = [...(message.headers ?? []), ...failure]
  await bench.send([outgoing(letters, { ...message, headers })])
  return (await lettersOf(bench, letters)).at(-1)?.id ?? ''
}
const under = (editing: EditingMode): Bench => ({ ...bench, connection: { ...bench.connection, editing } })
const draftOf = (count: number, more: Partial<LetterEditDraft> = {}) =>
  letterEditDraft.parse({
    key: { as: 'original' },
    value: { as: 'original' },
    headers: Array.from({ length: count }, (_, from) => ({ from })),
    ...more,
  })
/** How many headers a letter has. */
const countOf = async (id: string): Promise<number> =>
  (await good(showLetterEdit(bench.deps, bench.connection, id, bench.call()))).message.headers.length
const editOf = async (id: string, more: Partial<LetterEditDraft>) => ({
  id,
  ...draftOf(await countOf(id), more),
})
const check = async (id: string, more: Partial<LetterEditDraft>) =>
  endpoints.checkLetterEdit.output.parse(
    await good(checkLetterEdit(bench.deps, bench.connection, await editOf(id, more), bench.call())),
  )
const anna: Actor = { name: 'anna', permissions: new Set(['dead-letters:approve']) }
const ben: Actor = { ...anna, name: 'ben' }
const plan = async (id: string, more: Partial<LetterEditDraft>, on = bench, actor = anna) =>
  good(planLetterEdit(on.deps, on.connection, actor, await editOf(id, more), on.call()))
const copiesOf = async (id: string) =>
  (await recordsOf(bench, origin)).filter((record) => {
    const [, offset] = (headerText(record, 'x-replay-source') ?? '').split(`${letters}@0@`)
    return offset === id
  })
/** The copies of a letter, by where it stands. */
const offsetOf = async (id: string) =>
  (await lettersOf(bench, letters)).find((one) => one.id === id)?.position.split('@')[1] ?? ''
const auditOf = async (action: string, about: string) =>
  (
    await bench.database.db.pool.query(
      'SELECT actor, result, detail, reason FROM audit_entry WHERE action = $1 AND $2 = ANY(about) ORDER BY id',
      [action, about],
    )
  ).rows
const valueAs = (value: string) => ({ value: { as: 'text', text: value } }) as const

describe('an edit', () => {
  it('is off unless the connection allows it, and who tried is in the audit', async () => {
    const id = await die()
    const off = under('off')
    const refused = await planLetterEdit(
      off.deps,
      off.connection,
      anna,
      await editOf(id, valueAs('x')),
      off.call(),
    )
    expect(refused).toMatchObject({ ok: false, error: { code: 'conflict' } })
    const form = await good(showLetterEdit(off.deps, off.connection, id, off.call()))
    expect(form.refusal).toContain('is off on Local')
    expect(await auditOf('edit dead letter', `dead-letter:${id}`)).toMatchObject([
      { actor: 'anna', result: 'refused' },
    ])
  })

  it('is encoded by the schema of the original, and wrong values are told at their field', async () => {
    const id = await die({ value: zigzag(7) })
    const bySchema = (json: string) => ({
      value: { as: 'schema', schema: { id: schemaId }, text: json, message: null } as const,
    })
    const wrong = await check(id, bySchema('{"id":"seven"}'))
    expect(wrong.mayPlan).toBe(false)
    expect(wrong.value.problems).toMatchObject([{ path: expect.stringContaining('id') }])
    const raw = await check(id, valueAs('{"id":8}'))
    expect(raw.problems).toEqual([expect.stringContaining(`schema ${schemaId}`)])
    const fits = await check(id, bySchema('{"id":8}'))
    expect(fits).toMatchObject({ mayPlan: true, problems: [] })
    expect(fits.changes?.value).toMatchObject({ before: { text: expect.stringContaining('7') } })
    expect(fits.changes?.key).toBeNull()
    const planned = endpoints.planLetterEdit.output.parse(await plan(id, bySchema('{"id":8}')))
    expect(planned).toMatchObject({
      ready: 1,
      total: 1,
      edit: { letterId: id, editor: 'anna', approval: null },
    })
    const { id: replay } = await start(bench, planned)
    await sendAll(bench, replay)
    const [copy] = await copiesOf(await offsetOf(id))
    expect(Buffer.compare(copy?.value ?? Buffer.alloc(0), zigzag(8))).toBe(0)
    const shown = await good(
      showMessage(
        bench.deps,
        bench.connection,
        { topic: origin, position: `${copy?.partition}@${copy?.offset}` as never },
        bench.call(),
      ),
    )
    expect(shown.value).toMatchObject({ kind: 'avro', schema: { id: schemaId } })
  })

  it('warns that a decimal which was written in more bytes than it needs is written anew', async () => {
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 }
    const fields = [
      { name: 'id', type: 'long' },
      { name: 'amount', type: decimal },
    ]
    const response = await fetch(`${inject('registryUrl')}/subjects/${origin}-amount/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ schema: JSON.stringify({ ...avro, name: 'Priced', fields }) }),
    })
    const priced = ((await response.json()) as { id: number }).id
    const frame = Buffer.alloc(5)
    frame.writeInt32BE(priced, 1)
    // id 7, and 12.34 (0x04d2) in two bytes, or in four.
    const short = Buffer.concat([frame, Buffer.from([14, 4, 0x04, 0xd2])])
    const long = Buffer.concat([frame, Buffer.from([14, 8, 0, 0, 0x04, 0xd2])])
    const as = {
      as: 'schema',
      schema: { id: priced },
      message: null,
      text: '{"id":8,"amount":12.34}',
    } as const
    const fewest = await check(await die({ value: short }), { value: as })
    expect([fewest.mayPlan, fewest.warnings]).toEqual([true, []])
    const { mayPlan, warnings } = await check(await die({ value: long }), { value: as })
    expect(mayPlan).toBe(true)
    expect(warnings).toEqual([
      expect.stringMatching(/^The value is encoded anew as a whole\. .*\(11; anew 9\), as a decimal/),
    ])
  })

  it('of headers alone keeps every byte else, gets a new id, and leads to the original', async () => {
    const own: RawHeader[] = [
      text('ce_id', 'order-1'),
      text('tenant', 'a'),
      { name: 'bin', value: Buffer.from([0, 255, 128]) },
      text('tenant', 'b'),
      { name: 'none', value: null },
      text('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
    ]
    const value = Buffer.from([0, 1, 2, 255, 254])
    const id = await die({ key: Buffer.from([9, 0, 9]), value, headers: own })
    const kept = Array.from({ length: await countOf(id) }, (_, from) => ({ from }))
    const headers = [kept[0], { name: 'tenant', as: 'text', text: 'c' }, ...kept.slice(2)] as never
    const { id: replay } = await start(bench, await plan(id, { headers }))
    await sendAll(bench, replay)
    const [copy] = await copiesOf(await offsetOf(id))
    expect(Buffer.compare(copy?.value ?? Buffer.alloc(0), value)).toBe(0)
    expect(Buffer.compare(copy?.key ?? Buffer.alloc(0), Buffer.from([9, 0, 9]))).toBe(0)
    const sent = (copy?.headers ?? []).map(
      ({ name, value: bytes }) => `${name}=${bytes && Buffer.from(bytes).toString('latin1')}`,
    )
    expect(sent.slice(1, 5)).toEqual(['tenant=c', 'bin=\u0000ÿ\u0080', 'tenant=b', 'none=null'])
    // A trace of its own, in the place of that in which the message died.
    expect(sent[5]).toMatch(/^traceparent=00-(?!4bf92f3577b34da6)[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(sent[0]).toMatch(/^ce_id=[0-9a-f-]{36}$/)
    expect(sent.filter((one) => one.startsWith('x-replay-edited'))).toEqual([
      `x-replay-edited=${letters}@0@${await offsetOf(id)}`,
      'x-replay-edited-id=order-1',
    ])
    expect(sent.some((one) => one.startsWith('kafka_dlt'))).toBe(false)
  })

  it('can not touch locked headers, and says when nothing is changed', async () => {
    const id = await die({ headers: [text('traceparent', 'x'), text('correlation-id', 'c')] })
    const count = await countOf(id)
    const without = Array.from({ length: count - 1 }, (_, at) => ({ from: at + 1 }))
    expect((await check(id, { headers: without })).problems).toEqual([
      expect.stringContaining('traceparent can not be changed'),
    ])
    expect((await check(id, {})).problems).toEqual([expect.stringContaining('Nothing is changed yet')])
    const warned = [{ from: 0 }, ...Array.from({ length: count - 2 }, (_, at) => ({ from: at + 2 }))]
    expect((await check(id, { headers: warned })).warnings).toEqual([
      expect.stringContaining('correlation-id is changed'),
    ])
  })

  it('of a pointer begins with the record that died, and says why it can not where that is gone', async () => {
    const own = [text('tenant', 'acme'), text('tag', 'a'), text('tag', 'b')]
    await bench.send([outgoing(origin, { key: 'k-1', value: '{"id":1}', headers: own, partition: 2 })])
    const records = (await recordsOf(bench, origin)).filter(({ partition }) => partition === 2)
    const died = records.at(-1)
    const pointer = async (offset: string): Promise<string> => {
      const headers = [
        text('__dlq.errors.topic', origin),
        text('__dlq.errors.partition', '2'),
        text('__dlq.errors.offset', offset),
        text('__dlq.errors.group', 'payments'),
      ]
      await bench.send([outgoing(letters, { key: null, value: null, headers })])
      return (await lettersOf(bench, letters)).at(-1)?.id ?? ''
    }
    const id = await pointer(String(died?.offset))
    const form = endpoints.showLetterEdit.output.parse(
      await good(showLetterEdit(bench.deps, bench.connection, id, bench.call())),
    )
    expect(form).toMatchObject({
      refusal: null,
      payloadAt: { topic: origin, position: `2@${died?.offset}` },
      message: { key: { text: 'k-1' } },
    })
    expect(form.message.headers.map(({ name }) => name)).toEqual(['tenant', 'tag', 'tag'])
    const planned = await plan(id, valueAs('{"id":2}'))
    expect(planned).toMatchObject({ ready: 1, edit: { payloadAt: { position: `2@${died?.offset}` } } })
    expect(planned.edit?.changes.value).toMatchObject({ before: { text: expect.stringContaining('1') } })
    const { id: replay } = await start(bench, planned)
    await sendAll(bench, replay)
    const [copy] = await copiesOf(await offsetOf(id))
    expect([String(copy?.key), String(copy?.value)]).toEqual(['k-1', '{"id":2}'])
    expect(copy?.headers.slice(0, 3).map(({ name, value }) => [name, String(value)])).toEqual([
      ['tenant', 'acme'],
      ['tag', 'a'],
      ['tag', 'b'],
    ])
    const lost = await pointer('999999')
    const gone = await good(showLetterEdit(bench.deps, bench.connection, lost, bench.call()))
    expect(gone.refusal).toMatch(
      /^It holds no payload, and the record that died, .* can not be had: .*Discard it/,
    )
  })

  it('is sent only as its plan showed it', async () => {
    const id = await die()
    const { id: replay } = await start(bench, await plan(id, valueAs('{"a":2}')))
    await bench.database.db.pool.query('UPDATE letter_edit SET value = $2 WHERE replay_id = $1', [
      replay,
      Buffer.from('{"a":666}'),
    ])
    await sendAll(bench, replay)
    expect(await copiesOf(await offsetOf(id))).toEqual([])
    expect(await itemsOf(bench, replay)).toMatchObject([
      { outcome: 'FAILED', proof: expect.stringContaining('is not what its plan showed') },
    ])
  })
})

describe('never both, edited and original', () => {
  it('two operators at the same moment: one copy is sent', async () => {
    for (let round = 0; round < 2; round++) {
      const id = await die()
      const [edited, plain] = [
        await plan(id, valueAs(`{"round":${round}}`)),
        await planOf(bench, letters, { letterIds: [id] }),
      ]
      expect([edited.ready, plain.ready]).toEqual([1, 1])
      const order = round % 2 === 0 ? [edited, plain] : [plain, edited]
      const started = await Promise.all(order.map((one) => start(bench, one)))
      // The later of the two waits behind the other.
      await Promise.all(started.map(({ id: replay }) => sendAll(bench, replay)))
      expect(await copiesOf(await offsetOf(id))).toHaveLength(1)
      const items = (await Promise.all(started.map(({ id: replay }) => itemsOf(bench, replay)))).flat()
      expect(items.map(({ outcome }) => outcome).sort()).toEqual(['SENT', 'SKIPPED'])
    }
  }, 120_000)

  it('after a copy of which nobody knows what became, nothing else is sent; after one that came back, it is', async () => {
    const setOutcome = (replay: string, outcome: string) =>
      bench.database.db.pool.query('UPDATE replay_item SET outcome = $2 WHERE replay_id = $1', [
        replay,
        outcome,
      ])
    const codesOf = async (id: string) =>
      (await planOf(bench, letters, { letterIds: [id] })).findings.map(({ code }) => code)
    const first = await die()
    const late = await planOf(bench, letters, { letterIds: [first] })
    const edited = await start(bench, await plan(first, valueAs('{"a":3}')))
    await sendAll(bench, edited.id)
    expect(await codesOf(first)).toContain('being-replayed')
    await setOutcome(edited.id, 'UNKNOWN')
    expect(await codesOf(first)).toContain('edited-copy-unproven')
    // One that was planned before is started: it finds out then.
    const skipped = await start(bench, late)
    expect(await itemsOf(bench, skipped.id)).toMatchObject([
      { outcome: 'SKIPPED', proof: expect.stringContaining('took it first') },
    ])
    await setOutcome(edited.id, 'RETURNED')
    expect(await codesOf(first)).not.toContain('edited-copy-unproven')
    expect(await plan(first, valueAs('{"a":33}'))).toMatchObject({ ready: 1, resent: 1 })
    const second = await die()
    const plain = await start(bench, await planOf(bench, letters, { letterIds: [second] }))
    await sendAll(bench, plain.id)
    await setOutcome(plain.id, 'UNKNOWN')
    const refused = await plan(second, valueAs('{"a":4}'))
    expect(refused).toMatchObject({ ready: 0 })
    expect(refused.findings.map(({ code }) => code)).toContain('copy-unproven')
    // Sent as it was it may be again: that is the same message.
    expect(await codesOf(second)).not.toContain('copy-unproven')
    await setOutcome(plain.id, 'RETURNED')
    expect(await plan(second, valueAs('{"a":4}'))).toMatchObject({ ready: 1, resent: 1 })
  })

  it('after a copy that another installation has sent, no edit is planned: nobody here knows what became of it', async () => {
    const id = await die()
    const { id: replay } = await start(bench, await planOf(bench, letters, { letterIds: [id] }))
    await sendAll(bench, replay)
    const { pool } = bench.database.db
    // Its item is left out, as it is where another's copy is found in the ledger when it is to be sent.
    await pool.query("UPDATE replay_item SET outcome = 'SKIPPED' WHERE replay_id = $1", [replay])
    // What it has sent itself it knows; of another it would have read.
    await pool.query('UPDATE ledger_position SET next_offset = 0')
    await planOf(bench, letters, { letterIds: [id] })
    await pool.query('UPDATE ledger_entry SET replay_id = $2 WHERE replay_id = $1', [replay, randomUUID()])
    const draft = await editOf(id, valueAs('{"a":7}'))
    expect(await planLetterEdit(bench.deps, bench.connection, anna, draft, bench.call())).toMatchObject({
      ok: false,
      error: { code: 'conflict', detail: expect.stringContaining('another installation has sent a copy') },
    })
    const found = await planOf(bench, letters, { letterIds: [id] })
    expect(found.findings.map(({ code }) => code)).toContain('in-ledger')
  })
})

describe('with approval', () => {
  const decide = (
    planId: string,
    hash: string,
    actor: Actor,
    decision: 'approve' | 'decline' = 'approve',
    reason = '',
  ) => {
    const on = under('approved')
    return decideLetterEdit(on.deps, on.connection, actor, { id: planId, decision, hash, reason }, on.call())
  }

  it('an edit waits until another person than its editor has looked at it', async () => {
    const on = under('approved')
    const id = await die()
    const planned = await plan(id, valueAs('{"a":5}'), on)
    const hash = planned.edit?.hash ?? ''
    expect(planned.edit?.approval).toMatchObject({
      state: 'waiting',
      refusal: expect.stringContaining('anna'),
    })
    expect((await good(listEdits(on.deps, on.connection))).edits).toContainEqual(
      expect.objectContaining({ planId: planned.planId, editor: 'anna', letterId: id }),
    )
    const request = { planId: planned.planId, pacePerSecond: 100, reason: '' }
    const early = await startReplay(on.deps, on.connection, anna, request, on.call())
    expect(early).toMatchObject({
      ok: false,
      error: { code: 'conflict', detail: expect.stringContaining('waits for approval') },
    })
    expect(await decide(planned.planId, hash, anna)).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('another person decides') },
    })
    expect(await decide(planned.planId, 'another', ben)).toMatchObject({ ok: false })
    const approved = await good(decide(planned.planId, hash, ben))
    expect(approved.edit?.approval).toMatchObject({ state: 'approved', by: 'ben' })
    expect(await decide(planned.planId, hash, { ...ben, name: 'eva' }, 'decline', 'late')).toMatchObject({
      ok: false,
    })
    const { id: replay } = await good(startReplay(on.deps, on.connection, anna, request, on.call()))
    await sendAll(on, replay)
    expect(await copiesOf(await offsetOf(id))).toHaveLength(1)
    expect(await auditOf('approve edited letter', `dead-letter:${id}`)).toMatchObject([
      { actor: 'anna', result: 'refused' },
      { actor: 'ben', result: 'refused' },
      { actor: 'ben', result: 'allowed' },
    ])
  })

  it('an edit that waits is kept for 30 days, and for a day after it was decided on', async () => {
    const on = under('approved')
    const connected = (connection: Bench['connection']) => ({ ...on.deps, connections: [connection] })
    const { pool } = bench.database.db
    const made = [
      await plan(await die(), valueAs('{"a":7}'), on),
      await plan(await die(), valueAs('{"a":8}'), on),
      await plan(await die(), valueAs('{"a":9}'), on),
    ].map(({ planId, edit }) => ({
      planId,
      hash: edit?.hash ?? '',
      at: edit?.editedAt,
      approval: edit?.approval,
    }))
    const [young, old, approved] = made.map(({ planId }) => planId)
    expect(made[0]?.approval?.forgottenAt).toBe((made[0]?.at ?? 0) + 30 * 86_400_000)
    const age = async (id: string | undefined, days: number) => {
      const ago = `now() - interval '${days} days'`
      await pool.query(`UPDATE replay SET created_at = ${ago} WHERE id = $1`, [id])
      await pool.query(`UPDATE letter_edit SET edited_at = ${ago} WHERE replay_id = $1`, [id])
    }
    await age(young, 29)
    await age(old, 31)
    await age(approved, 29)
    await good(decide(approved ?? '', made[2]?.hash ?? '', ben))
    const left = async () =>
      (await pool.query('SELECT id FROM replay WHERE id = ANY($1)', [[young, old, approved]])).rows.map(
        ({ id }) => id,
      )
    await forgetOldPlans(connected(on.connection))
    expect((await left()).toSorted()).toEqual([young, approved].toSorted())
    expect((await good(listEdits(on.deps, on.connection))).edits.map(({ planId }) => planId)).toContain(young)
    await pool.query(`UPDATE letter_edit SET decided_at = now() - interval '25 hours' WHERE replay_id = $1`, [
      approved,
    ])
    await forgetOldPlans(connected(on.connection))
    expect(await left()).toEqual([young])
    // Where nobody is asked any more, an edit is a plan as others are.
    await forgetOldPlans(connected(bench.connection))
    expect(await left()).toEqual([])
  })

  it('a declined edit is never sent, and two people who decide at once decide once', async () => {
    const on = under('approved')
    const id = await die()
    const planned = await plan(id, valueAs('{"a":6}'), on)
    const hash = planned.edit?.hash ?? ''
    const decided = await Promise.all([
      decide(planned.planId, hash, ben, 'decline', 'the amount is wrong'),
      decide(planned.planId, hash, { ...ben, name: 'eva' }, 'decline', 'the amount is wrong'),
    ])
    expect(decided.filter(({ ok }) => ok)).toHaveLength(1)
    const request = { planId: planned.planId, pacePerSecond: 100, reason: '' }
    expect(await startReplay(on.deps, on.connection, ben, request, on.call())).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('has declined this edit because: the amount is wrong') },
    })
    expect((await good(listEdits(on.deps, on.connection))).edits).not.toContainEqual(
      expect.objectContaining({ planId: planned.planId }),
    )
    // Also where nobody is asked any more.
    expect(await startReplay(bench.deps, bench.connection, anna, request, bench.call())).toMatchObject({
      ok: false,
    })
  })
})
