/** Where each partition goes on, below which offset: partition → exclusive upper bound. */
export type MessageCursor = ReadonlyMap<number, bigint>

/** Partitions and offsets in base 36, so that the cursor of a thousand partitions still fits an address. */
export const formatCursor = (cursor: MessageCursor): string =>
  Buffer.from(
    [...cursor].map(([partition, offset]) => `${partition.toString(36)}:${offset.toString(36)}`).join(','),
  ).toString('base64url')

const entry = /^([0-9a-z]{1,6}):([0-9a-z]{1,13})$/

const parseBase36 = (text: string): bigint =>
  [...text].reduce((value, digit) => value * 36n + BigInt(Number.parseInt(digit, 36)), 0n)

/** Reads a cursor that `formatCursor` wrote. Null when it is anything else. */
export const parseCursor = (text: string): MessageCursor | null => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null
  const entries = Buffer.from(text, 'base64url')
    .toString('latin1')
    .split(',')
    .map((one) => entry.exec(one))
  const cursor = new Map<number, bigint>()
  for (const found of entries) {
    const [, partition, offset] = found ?? []
    if (partition === undefined || offset === undefined) return null
    cursor.set(Number.parseInt(partition, 36), parseBase36(offset))
  }
  return cursor
}
