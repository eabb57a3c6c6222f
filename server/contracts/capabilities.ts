import { z } from 'zod'

/** Whether this cluster, with this user, now, can do a thing; screens render from it and show `why`. */
export const capability = z.discriminatedUnion('state', [
  z.object({ state: z.literal('yes') }),
  z.object({ state: z.enum(['no', 'denied', 'unavailable']), why: z.string() }),
])
export type Capability = z.infer<typeof capability>

export const capabilityName = z.enum([
  'list-topics',
  'read-messages',
  'list-groups',
  'publish',
  'topic-sizes',
  'create-topics',
  'delete-topics',
  'change-topic-settings',
  'add-partitions',
  'registry',
])
export type CapabilityName = z.infer<typeof capabilityName>
export const capabilitySet = z.record(capabilityName, capability)
export type CapabilitySet = z.infer<typeof capabilitySet>
