import { joinGroup } from '../consume.ts'
import type { ServiceKit } from '../service-kit.ts'

/** Counts what happens, batch by batch. */
export const runAnalytics = async (kit: ServiceKit): Promise<void> => {
  const counts = new Map<string, number>()
  const config = { groupId: 'analytics', maxWaitTimeInMs: 1_000, minBytes: 4_096 }
  await joinGroup(kit, config, ['orders', 'payments', 'shipments'], {
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      counts.set(batch.topic, (counts.get(batch.topic) ?? 0) + batch.messages.length)
      const last = batch.messages.at(-1)
      if (last) resolveOffset(last.offset)
      await heartbeat()
    },
  })
}
