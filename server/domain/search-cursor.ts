import { z } from 'zod'
import { topicName } from '#server/contracts/scalars.ts'

/** Where a search goes on: partitions of topics, and when it began, from which times ago are counted. */
export type SearchCursor = {
  readonly asked: string
  readonly nowMs: number
  readonly places: ReadonlyMap<z.infer<typeof topicName>, ReadonlyMap<number, bigint>>
}

const digits = z.string().regex(/^-?[0-9a-z]{1,14}$/)
const written = z.tuple([
  z.string(),
  z.number().int(),
  z.array(z.tuple([topicName, z.array(z.tuple([z.number().int().min(0), digits]))])),
])

const parseBase36 = (text: string): bigint =>
  [...text].reduce((value, digit) => value * 36n + BigInt(Number.parseInt(digit, 36)), 0n)

/** A cursor as text: short, and the same for the same place. `asked` tells searches apart. */
export const formatSearchCursor = ({ asked, nowMs, places }: SearchCursor): string =>
  Buffer.from(
    JSON.stringify([
      asked,
      nowMs,
      [...places].map(([topic, partitions]) => [
        topic,
        [...partitions].map(([partition, offset]) => [partition, offset.toString(36)]),
      ]),
    ]),
  ).toString('base64url')

/** Reads what `formatSearchCursor` wrote. Null when it is anything else. */
export const parseSearchCursor = (text: string): SearchCursor | null => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null
  try {
    const [asked, nowMs, places] = written.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return {
      asked,
      nowMs,
      places: new Map(
        places.map(([topic, partitions]) => [
          topic,
          new Map(partitions.map(([partition, offset]) => [partition, parseBase36(offset)])),
        ]),
      ),
    }
  } catch {
    return null
  }
}
