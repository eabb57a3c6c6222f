import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { planLetterEdit, showLetterEdit } from './edit-letter.ts'
import { itemsOf, lettersOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench
let made = 0

beforeAll(async () => {
  const plain = await openBench(inject('brokers'), inject('databaseUrl'))
  bench = { ...plain, connection: { ...plain.connection, editing: 'on' } }
})
afterAll(() => bench?.dispose())

type Pair = { readonly origin: TopicName; readonly letters: TopicName }
const makePair = async (): Promise<Pair> => {
  const origin = await bench.makeTopic(`once-${bench.suffix}-${made++}`, 1)
  return { origin, letters: await bench.makeTopic(`${origin}-dlt`, 1) }
}
const deathAt = ({ origin }: Pair, offset: bigint, group = 'payments') =>
  springHeaders({ topic: origin, offset, group })
const die = async (pair: Pair, offset = 500_000n, group = 'payments'): Promise<string> => {
  await bench.send([outgoing(pair.letters, { headers: deathAt(pair, offset, group) })])
  return (await lettersOf(bench, pair.letters)).at(-1)?.id ?? ''
}
/** The last copy on the origin topic dies again. Answers its letter. */
const dieAgain = async (pair: Pair): Promise<string> => {
  const copy = (await recordsOf(bench, pair.origin)).at(-1)
  if (!copy) throw new Error('a copy is there')
  const headers = [...copy.headers, ...deathAt(pair, copy.offset)]
  await bench.send([outgoing(pair.letters, { key: copy.key, value: copy.value, headers })])
  return (await lettersOf(bench, pair.letters)).at(-1)?.id ?? ''
}
const setOutcome = (replay: string, outcome: string, at = 'now()') =>
  bench.database.db.pool.query(
    `UPDATE replay_item SET outcome = $2, outcome_at = ${at} WHERE replay_id = $1`,
    [replay, outcome],
  )
const planOne = (pair: Pair, ...letterIds: string[]) => planOf(bench, pair.letters, { letterIds })
const replay = async (pair: Pair, id: string, reason = '') => {
  const started = await start(bench, await planOne(pair, id), { reason })
  await sendAll(bench, started.id)
  return started
}
const codesOf = ({ findings }: ReplayPlan) =>
  findings.filter(({ severity }) => severity === 'refused').map(({ code }) => code)
/** Its first copy came back, as the second letter. */
const cameBack = async () => {
  const pair = await makePair()
  const first = await die(pair)
  const { id } = await replay(pair, first)
  const second = await dieAgain(pair)
  await setOutcome(id, 'RETURNED')
  return { pair, first, second }
}
const planEdit = async (id: string, value: string) => {
  const form = await good(showLetterEdit(bench.deps, bench.connection, id, bench.call()))
  const draft = {
    id,
    key: { as: 'original' },
    value: { as: 'text', text: value },
    headers: form.message.headers.map((_, from) => ({ from })),
  } as const
  return good(planLetterEdit(bench.deps, bench.connection, bench.actor, draft, bench.call()))
}

describe('a message whose copy came back', () => {
  it('is not sent as its first letter when the second is under way or settled, and is told by which replay', async () => {
    const { pair, first, second } = await cameBack()
    const late = await planOne(pair, first)
    expect(late.ready).toBe(1)
    const again = await start(bench, await planOne(pair, second))
    expect(codesOf(await planOne(pair, first))).toEqual(['kin-open'])
    await sendAll(bench, again.id)
    await setOutcome(again.id, 'SETTLED')
    const refused = await planOne(pair, first)
    expect(codesOf(refused)).toEqual(['kin-settled'])
    expect(refused.findings.find(({ code }) => code === 'kin-settled')?.sentence).toMatch(
      new RegExp(
        `\\(by replay #${again.number} of tester, as letter ${second}: sent .+ UTC, settled .+ UTC\\)$`,
      ),
    )
    // What was planned before finds out when it is started.
    const skipped = await start(bench, late, { reason: 'once more' })
    await sendAll(bench, skipped.id)
    expect(await itemsOf(bench, skipped.id)).toMatchObject([
      { outcome: 'SKIPPED', proof: expect.stringContaining(`settled by replay #${again.number}`) },
    ])
    expect(await recordsOf(bench, pair.origin)).toHaveLength(2)
  })

  it('is not sent as its second letter when the first was sent again', async () => {
    const { pair, first, second } = await cameBack()
    await replay(pair, first, 'the fix is out')
    expect(codesOf(await planOne(pair, second))).toEqual(['kin-open'])
  })

  it('twice: the whole chain is one message, and of a selection the newest stands for all', async () => {
    const { pair, first, second } = await cameBack()
    const { id } = await replay(pair, second)
    const third = await dieAgain(pair)
    await setOutcome(id, 'RETURNED')
    const both = await planOne(pair, first, third)
    expect([both.ready, ...codesOf(both)]).toEqual([1, 'same-message'])
    const last = await replay(pair, third)
    await setOutcome(last.id, 'SETTLED')
    expect(codesOf(await planOne(pair, first))).toEqual(['kin-settled'])
  })

  it('can be sent again on purpose where nobody knows what became of it, with a warning', async () => {
    const { pair, first, second } = await cameBack()
    const unknown = await replay(pair, second)
    await setOutcome(unknown.id, 'UNKNOWN')
    const plain = await planOne(pair, first)
    expect(plain.ready).toBe(1)
    expect(plain.findings.map(({ code }) => code)).toContain('kin-unknown')
  })

  it('edited, is not sent as it died', async () => {
    const pair = await makePair()
    const first = await die(pair)
    const edited = await start(bench, await planEdit(first, '{"a":2}'))
    await sendAll(bench, edited.id)
    const second = await dieAgain(pair)
    await setOutcome(edited.id, 'RETURNED')
    const again = await replay(pair, second)
    await setOutcome(again.id, 'UNKNOWN')
    // The same bytes may be sent again, the original may not.
    expect((await planOne(pair, second)).ready).toBe(1)
    expect(codesOf(await planOne(pair, first))).toEqual(['edited-copy-unproven'])
    await setOutcome(again.id, 'SETTLED')
    expect(codesOf(await planOne(pair, first))).toEqual(['kin-settled'])
  })
})

describe('a death that was written twice', () => {
  it('is one message, whichever of its letters is chosen', async () => {
    const pair = await makePair()
    const [one, other, elsewhere] = [await die(pair), await die(pair), await die(pair, 500_000n, 'billing')]
    const late = await planOne(pair, other)
    const sent = await replay(pair, one)
    expect(codesOf(await planOne(pair, other))).toEqual(['kin-open'])
    await setOutcome(sent.id, 'SETTLED')
    expect(codesOf(await planOne(pair, other))).toEqual(['kin-settled'])
    const skipped = await start(bench, late)
    expect(await itemsOf(bench, skipped.id)).toMatchObject([{ outcome: 'SKIPPED' }])
    // Another group has not got it yet; and what dies after a copy has settled is a new death.
    expect((await planOne(pair, elsewhere)).ready).toBe(1)
    await setOutcome(sent.id, 'SETTLED', "now() - interval '1 hour'")
    expect((await planOne(pair, other)).ready).toBe(1)
  })

  it('is sent once when both of its letters are started at the same moment', async () => {
    const pair = await makePair()
    const plans = [await planOne(pair, await die(pair)), await planOne(pair, await die(pair))]
    const started = await Promise.all(plans.map((plan) => start(bench, plan)))
    await Promise.all(started.map(({ id }) => sendAll(bench, id)))
    expect(await recordsOf(bench, pair.origin)).toHaveLength(1)
  })
})

describe('a letter that a later replay has left out', () => {
  it('stays settled', async () => {
    const pair = await makePair()
    const id = await die(pair)
    const [first, second] = [await planOne(pair, id), await planOne(pair, id)]
    const { id: sent, number } = await start(bench, first)
    await sendAll(bench, sent)
    await setOutcome(sent, 'SETTLED')
    await start(bench, second)
    const refused = await planOne(pair, id)
    expect(codesOf(refused)).toEqual(['already-settled'])
    expect(refused.findings.find(({ code }) => code === 'already-settled')?.sentence).toContain(
      `replay #${number}`,
    )
  })
})
