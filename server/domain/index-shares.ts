/** The partitions that one owner indexes: every one whose number falls to `at`, of `of` shares. */
export type IndexShare = { readonly at: number; readonly of: number }

/** All partitions, for who works alone. */
export const wholeIndex: IndexShare = { at: 0, of: 1 }

/** So many owners can index one connection side by side. */
const sharesOfConnection = 4

/** FNV-1a: the same number in every process and release. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash
}

export const indexShares: readonly IndexShare[] = Array.from({ length: sharesOfConnection }, (_, at) => ({
  at,
  of: sharesOfConnection,
}))

/** Whether a partition belongs to a share. Neighbouring partitions of a topic belong to different ones. */
export const belongsTo = ({ at, of }: IndexShare, topic: string, partition: number): boolean =>
  (hashOf(topic) + partition) % of === at

/**
 * The shares of a connection that are a worker's to index: each worker that lives has as many as the others, or one more.
 * Workers that see the same ones live agree on it without a word; while they do not, leases keep owners apart.
 */
export const sharesOf = (
  connectionId: string,
  worker: string,
  living: readonly string[],
): readonly IndexShare[] => {
  const workers = [...new Set([...living, worker])].sort()
  const own = workers.indexOf(worker)
  const first = hashOf(connectionId)
  return indexShares.filter(({ at }) => (first + at) % workers.length === own)
}

/** A share as a word of a lease or a source: `2/4`; the whole has none. */
export const wordOfShare = ({ at, of }: IndexShare): string => (of === 1 ? '' : `${at + 1}/${of}`)
