import { describe, expect, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { TopicAdmin } from '#server/ports/topic-admin.ts'
import { expectOk } from './broker-contract.ts'

const call = () => ({ signal: AbortSignal.timeout(20_000) })

/** The suite that every adapter passes that administers topics, on topics of its own. */
export const describeTopicAdminContract = (broker: string, adapterOf: () => BrokerAdapter): void => {
  describe(`${broker} administers topics by the contract`, () => {
    const run = Math.random().toString(36).slice(2, 8)
    const topicOf = (what: string) => `admin-${run}-${what}` as TopicName
    const adminOf = (): TopicAdmin => {
      const { topicAdmin } = adapterOf()
      if (!topicAdmin) throw new Error('the adapter administers no topics')
      return topicAdmin
    }
    const create = (name: TopicName, settings: Readonly<Record<string, string>> = {}, validateOnly = false) =>
      adminOf().create(
        { name, partitions: 2, replicationFactor: 1, settings: new Map(Object.entries(settings)) },
        { ...call(), validateOnly },
      )
    const find = async (name: TopicName) => adapterOf().topics.find(name, call())
    const settingOf = async (topic: TopicName, wanted: string) =>
      expectOk(await adapterOf().topics.describeSettings(topic, call())).find(({ name }) => name === wanted)
    const refusal = async (answer: Answer<null>) => {
      const refused = await answer
      if (refused.ok) throw new Error('it was not refused')
      return refused.error
    }

    it('creates a topic, after having checked the same without creating it', async () => {
      const topic = topicOf('made')
      expectOk(await create(topic, { 'retention.ms': '60000' }, true))
      expect((await find(topic)).ok).toBe(false)
      expectOk(await create(topic, { 'retention.ms': '60000' }))
      await expect.poll(async () => (await find(topic)).ok).toBe(true)
      expect(expectOk(await find(topic)).partitions).toHaveLength(2)
      expect(await settingOf(topic, 'retention.ms')).toMatchObject({ value: '60000', source: 'topic' })
      expect(await refusal(create(topic))).toMatchObject({ kind: 'invalid', field: 'name' })
    })

    it('says at which input a topic was refused', async () => {
      expect(await refusal(create(topicOf('bad name') as TopicName, {}, true))).toMatchObject({
        field: 'name',
      })
      expect(await refusal(create(topicOf('bad-value'), { 'retention.ms': 'soon' }, true))).toMatchObject({
        kind: 'invalid',
        field: 'retention.ms',
        detail: expect.stringContaining('soon'),
      })
      expect(await refusal(create(topicOf('unknown'), { 'no.such.setting': '1' }, true))).toMatchObject({
        kind: 'invalid',
        field: 'no.such.setting',
      })
      const tooMany = adminOf().create(
        { name: topicOf('replicated'), partitions: 1, replicationFactor: 99, settings: new Map() },
        { ...call(), validateOnly: true },
      )
      expect(await refusal(tooMany)).toMatchObject({ kind: 'invalid', field: 'replicationFactor' })
    })

    it('changes single settings and takes them back to their defaults', async () => {
      const topic = topicOf('changed')
      expectOk(await create(topic, { 'retention.ms': '60000', 'cleanup.policy': 'compact' }))
      const change = (changes: Readonly<Record<string, string | null>>, validateOnly = false) =>
        adminOf().changeSettings(topic, new Map(Object.entries(changes)), { ...call(), validateOnly })
      expect((await settingOf(topic, 'retention.ms'))?.defaultValue).toBe('604800000')
      expectOk(await change({ 'retention.ms': '1000' }, true))
      expect(await settingOf(topic, 'retention.ms')).toMatchObject({ value: '60000' })
      expectOk(await change({ 'retention.ms': null, 'max.message.bytes': '2000' }))
      await expect
        .poll(() => settingOf(topic, 'retention.ms'))
        .toMatchObject({ value: '604800000', isDefault: true, source: 'default', defaultValue: '604800000' })
      expect(await settingOf(topic, 'max.message.bytes')).toMatchObject({ value: '2000', source: 'topic' })
      expect(await settingOf(topic, 'cleanup.policy')).toMatchObject({
        value: 'compact',
        defaultValue: 'delete',
      })
      expect(await refusal(change({ 'retention.ms': 'soon' }))).toMatchObject({ field: 'retention.ms' })
      expect(
        await refusal(adminOf().changeSettings(topicOf('absent'), new Map([['retention.ms', '1']]), call())),
      ).toMatchObject({ kind: 'not-found' })
    })

    it('adds partitions, never takes any away', async () => {
      const topic = topicOf('grown')
      expectOk(await create(topic))
      expectOk(await adminOf().addPartitions(topic, 5, { ...call(), validateOnly: true }))
      expect(expectOk(await find(topic)).partitions).toHaveLength(2)
      expectOk(await adminOf().addPartitions(topic, 5, call()))
      const count = async () =>
        expectOk(await adapterOf().topics.list({ ...call(), maxAgeMs: 0 })).find(({ name }) => name === topic)
          ?.partitions.length
      await expect.poll(count).toBe(5)
      expect(await refusal(adminOf().addPartitions(topic, 3, call()))).toMatchObject({
        kind: 'invalid',
        field: 'partitions',
      })
    })

    it('deletes the topic that was meant, not one made anew under its name', async () => {
      const topic = topicOf('removed')
      expectOk(await create(topic))
      const { topicId } = expectOk(await find(topic))
      const absent = '11111111-2222-4333-8444-555555555555'
      const wrong = await refusal(adminOf().delete({ name: topic, topicId: absent }, call()))
      expect(wrong.kind).toBe('not-found')
      expect((await find(topic)).ok).toBe(true)
      expectOk(await adminOf().delete({ name: topic, topicId }, call()))
      const names = async () =>
        expectOk(await adapterOf().topics.list({ ...call(), maxAgeMs: 0 })).map(({ name }) => name)
      await expect.poll(names).not.toContain(topic)
    })
  })
}
