import type { TopicName } from '../../server/contracts/scalars.ts'
import type { RawHeader } from '../../server/domain/dead-letter.ts'
import type { OutgoingMessage } from '../../server/ports/publisher.ts'
import { type Capture, headersOf, readCaptures } from '../dead-letter-fixtures/captured-letters.ts'

type Shape = { readonly topic: string; readonly group: string; readonly headers: readonly RawHeader[] }
type Part = { readonly name: string; readonly pieces: readonly Buffer[] | null }

/** What the captured messages and traces name the order that failed; it becomes another one in every letter. */
const order = 'order 42'

/** Letters of their first deaths: with two deaths a letter names two groups of topics. */
const shapesOf = ({ topic, group, letters }: Capture): readonly Shape[] =>
  letters.slice(0, 4).map((letter) => ({ topic, group, headers: headersOf(letter) }))

/** A shape as it would come from another topic and group: their names are written anew wherever they stand. */
const partsOf = ({ topic, group, headers }: Shape, from: number): readonly Part[] =>
  headers.map(({ name, value }): Part => {
    if (value === null) return { name, pieces: null }
    const text = Buffer.from(value).toString('latin1')
    if (!text.includes(order) && !text.includes(topic) && !text.includes(group))
      return { name, pieces: [Buffer.from(value)] }
    const renamed = text.replaceAll(topic, `${topic}-${from}`).replaceAll(group, `${group}-${from}`)
    return { name, pieces: renamed.split(order).map((piece) => Buffer.from(piece, 'latin1')) }
  })

export type MadeLetters = {
  /** How many failure groups they are of, about. */
  readonly failures: number
  /** The letter of a number; the same each time. */
  readonly make: (topic: string, partition: number, index: number, atMs: number) => OutgoingMessage
}

/**
 * Letters as the captured ones of real frameworks (Spring Kafka, Spring Cloud Stream, Kafka Connect, Kafka Streams,
 * SmallRye), traces of 1.5 to 12 kB included, of so many failures as asked for: each of the captured ones again in other
 * topics and consumer groups. Every letter has a key of its own, and its trace names an order of its own where the
 * captured one names its order.
 */
export const makeLetters = (failures: number): MadeLetters => {
  const shapes = readCaptures().flatMap(shapesOf)
  const all = Array.from({ length: failures }, (_, at) => {
    const shape = shapes[at % shapes.length]
    if (!shape) throw new Error('there are captured letters')
    return partsOf(shape, Math.floor(at / shapes.length))
  })
  return {
    failures,
    make: (topic, partition, index, atMs) => {
      // Few failures have most of the letters, as it goes.
      const at = Math.floor(failures * ((index * 0.6180339887498949) % 1) ** 3)
      const own = Buffer.from(`order ${1_000_000 + index}`)
      return {
        topic: topic as TopicName,
        partition,
        key: Buffer.from(`order-${index}`),
        value: Buffer.from(`{"order":${index},"customer":"c-${index % 9_973}","total":${index % 500}.99}`),
        headers: (all[at] ?? []).map(({ name, pieces }) => ({ name, value: joined(pieces, own) })),
        timestampMs: BigInt(atMs),
      }
    },
  }
}

const joined = (pieces: readonly Buffer[] | null, own: Buffer): Buffer | null => {
  if (pieces === null) return null
  const [first] = pieces
  if (pieces.length === 1 && first) return first
  return Buffer.concat(pieces.flatMap((piece, at) => (at === 0 ? [piece] : [own, piece])))
}
