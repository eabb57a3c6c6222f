import { byHeaderNames } from './by-header-names.ts'
import type { RawHeader } from './dead-letter.ts'
import { type DeadLetterRules, defaultDeadLetterRules } from './dead-letter-rules.ts'
import { findOriginTime, type OriginTimeAt } from './decode-dead-letter.ts'
import { openBody, sizeOfHeaders, writeHeaders } from './record-body.ts'
import { isOfReplay, makeStripTest } from './replay-copy.ts'
import { RecordCursor, varintLength, writeVarint } from './varint.ts'

/** What follows from the names of a letter's headers alone. */
type Shape = { readonly isKept: readonly boolean[]; readonly originTime: OriginTimeAt }

/** Null: what becomes of such a letter depends on what its headers hold. */
const shapeOf = byHeaderNames((headers, rules): Shape | null => {
  const originTime = findOriginTime(headers, rules)
  if (originTime === null || headers.some(({ name }) => isOfReplay(name))) return null
  const isStripped = makeStripTest(headers, rules)
  return { isKept: headers.map(({ name }) => !isStripped(name)), originTime }
})

/** A letter that is copied by its bytes: only of the headers that tell its time a view is made. */
export type BodyToCopy = {
  readonly originTime: OriginTimeAt
  headerAt(index: number): RawHeader | undefined
  /** The body of its copy: what it holds, without failure headers, then the lineage. */
  copy(lineage: readonly RawHeader[]): Buffer
}

/**
 * Looks at one body after the other to copy it as it stands: what was looked at before must not be used any more. Null
 * is answered for one whose headers are to be read to know what becomes of them; then `makeCopyHeaders` tells it.
 * Letters come by the thousand with the same names in the same order, so the names are compared with those of the letter
 * before, and nothing is made of what stays as it is.
 */
export const makeBodyLooker = (
  rules: DeadLetterRules = defaultDeadLetterRules,
): ((body: Buffer) => BodyToCopy | null) => {
  let body: Buffer = Buffer.alloc(0)
  let shape: Shape = { isKept: [], originTime: { places: [], timestampOf: 'unknown' } }
  /** Names as they stand in the letter from which the shape is, with their lengths; null: it has none. */
  let names: readonly Buffer[] | null = null
  let headersAt = 0
  /** Where each header begins, and where the last one ends; where each one's value does. */
  const starts: number[] = []
  const valuesAt: number[] = []
  const letter: BodyToCopy = {
    get originTime() {
      return shape.originTime
    },
    headerAt: (index) => {
      const at = valuesAt[index]
      const name = names?.[index]
      if (at === undefined || !name) return undefined
      return {
        name: new RecordCursor(name).bytes()?.toString('utf8') ?? '',
        value: new RecordCursor(body, at).bytes(),
      }
    },
    copy: (lineage) => {
      const { isKept } = shape
      let [count, keptBytes] = [lineage.length, 0]
      for (let index = 0; index < isKept.length; index++) {
        if (!isKept[index]) continue
        count += 1
        keptBytes += (starts[index + 1] ?? 0) - (starts[index] ?? 0)
      }
      const made = Buffer.allocUnsafe(headersAt + varintLength(count) + keptBytes + sizeOfHeaders(lineage))
      body.copy(made, 0, 0, headersAt)
      let at = writeVarint(made, headersAt, count)
      for (let index = 0; index < isKept.length; ) {
        const first = index
        while (index < isKept.length && isKept[index]) index++
        if (index > first) at += body.copy(made, at, starts[first], starts[index])
        else index++
      }
      writeHeaders(made, at, lineage)
      return made
    },
  }
  /** Notes where the headers of the body stand; answers whether their names are these, or any where none are given. */
  const walk = (wanted: readonly Buffer[] | null): boolean => {
    const cursor = new RecordCursor(body)
    cursor.skipBytes()
    cursor.skipBytes()
    headersAt = cursor.position
    const count = cursor.varint()
    if (wanted && count !== wanted.length) return false
    for (let index = 0; index < count; index++) {
      starts[index] = cursor.position
      const name = wanted?.[index]
      if (!name) cursor.skipBytes()
      else if (!cursor.skipIf(name)) return false
      valuesAt[index] = cursor.position
      cursor.skipBytes()
    }
    starts[count] = cursor.position
    return cursor.position === body.length
  }
  return (next) => {
    body = next
    if (names !== null && walk(names)) return letter
    names = null
    const { headers } = openBody(body)
    const found = shapeOf(headers, rules)
    if (found === null || !walk(null)) return null
    shape = found
    names = headers.map((_, index) => Buffer.from(body.subarray(starts[index], valuesAt[index])))
    return letter
  }
}
