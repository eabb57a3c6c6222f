import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { sealMessage } from '#server/domain/record-body.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type Bench, good, openBench, outgoing, takeLease } from './dead-letter-fixture.ts'
import { sampleLag } from './sample-lag.ts'
import { showGroup } from './show-group.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const sampledLag = async (group: string): Promise<string | undefined> => {
  const lease = await takeLease(bench.deps, 'sample-lag:local')
  try {
    await good(sampleLag(bench.deps, bench.connection, { withSizes: false, lease }, bench.call()))
  } finally {
    await lease.release()
  }
  const { rows } = await bench.database.db.pool.query<{ lag: string }>(
    'SELECT lag FROM lag_sample WHERE group_id = $1 ORDER BY at DESC LIMIT 1',
    [group],
  )
  return rows[0]?.lag
}
const transact = async (topic: TopicName, ledger: TopicName) => {
  const opened = await bench.connection.broker.transactions?.open(`markers-${topic}`, bench.call())
  if (!opened?.ok) throw new Error('transactions are there')
  const following = { topic: ledger, partition: 0, of: () => [] }
  const ended = await opened.value.send([sealMessage(outgoing(topic))], following, bench.call())
  expect(ended.state).toBe('committed')
}

it('a group that has read all before the marker of a transaction has nothing left to read', async () => {
  const topic = await bench.makeTopic(`markers-${bench.suffix}`, 1)
  const ledger = await bench.makeTopic(`markers-ledger-${bench.suffix}`, 1)
  await transact(topic, ledger)
  const group = `markers-${bench.suffix}`
  const commit = (offset: number) => commitOffsets(bench.brokers, group, topic, [offset])
  await commit(1)
  // The first round only sees that it may be so.
  await expect.poll(() => sampledLag(group), { timeout: 15_000 }).toBe('1')
  expect(await sampledLag(group)).toBe('0')
  const shown = await good(showGroup(bench.deps, bench.connection, group as GroupId, bench.call()))
  expect(shown.data).toMatchObject({
    lagMessages: '0',
    partitions: [{ committedOffset: '1', endOffset: '2', lagMessages: '0' }],
  })
  await bench.send([outgoing(topic)])
  expect(await sampledLag(group)).toBe('2')
  expect(await sampledLag(group)).toBe('2')
  await commit(2)
  await sampledLag(group)
  expect(await sampledLag(group)).toBe('1')
  await bench.admin.deleteGroups([group])
})
