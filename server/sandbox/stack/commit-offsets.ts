import { Admin } from '@platformatic/kafka'

/**
 * For tests: commits the next offset to read of partitions 0, 1, … of a topic for a group without members, by one request.
 * `setOffsets` of kafkajs joins the group for that, and waits for the end of a fetch: 5 s each time.
 */
export const commitOffsets = async (
  brokers: readonly string[],
  groupId: string,
  topic: string,
  offsets: readonly (bigint | number | string)[],
): Promise<void> => {
  const admin = new Admin({ clientId: 'commit-offsets', bootstrapBrokers: [...brokers], retries: 20 })
  try {
    const partitionOffsets = offsets.map((offset, partition) => ({ partition, offset: BigInt(offset) }))
    await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] })
  } finally {
    await admin.close()
  }
}
