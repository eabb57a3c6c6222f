/** A number whose digits are kept as text: a decimal, or an integer beyond what a JavaScript number holds. */
export class ExactNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

/** A value that is written in words, with the number behind it at hand: a time, a duration. */
export class WithRaw {
  readonly text: string
  readonly raw: string
  /** What it is in its format's own words: "timestamp-millis". */
  readonly type: string
  constructor(text: string, raw: string, type: string) {
    this.text = text
    this.raw = raw
    this.type = type
  }
}

export type RawNote = { readonly path: string; readonly raw: string; readonly type: string }

/** Writing a number in digits takes time by the square of its length. */
const largestInDigits = 1024
/** An exponent names any number of zeros in a few bytes. */
const mostZeros = 100

/** What stands for a number too long for digits: its bytes and why; null where digits are written. */
export const tooLongForDigits = (bytes: Uint8Array, what: string): object | null =>
  bytes.length > largestInDigits
    ? {
        hexadecimal: bytes,
        note: `${what} of ${bytes.length} bytes: above ${largestInDigits} bytes its bytes are shown in place of digits`,
      }
    : null

/** Mantissa times ten to the exponent with every digit; far from the point in JSON's own way of an exponent. */
export const scaledNumber = (mantissa: bigint, exponent: bigint): ExactNumber => {
  if (exponent > mostZeros || exponent < -mostZeros) return new ExactNumber(`${mantissa}e${exponent}`)
  if (exponent >= 0n) return new ExactNumber((mantissa * 10n ** exponent).toString())
  const scale = Number(-exponent)
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString().padStart(scale + 1, '0')
  return new ExactNumber(`${mantissa < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`)
}

/** Deeper than this a value is not shown as a document. */
export const deepestJson = 200
const mostNotes = 300

/** 64-bit integers of protobufjs. */
const isLong = (value: object): boolean => (value as { __isLong__?: unknown }).__isLong__ === true

const scalarText = (value: unknown): string | null => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number')
    return Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : `"${value}"`
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (value instanceof ExactNumber) return value.digits
  if (value instanceof Uint8Array)
    return `"0x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? '"Invalid Date"' : JSON.stringify(value.toISOString())
  return isLong(value) ? String(value) : null
}

/** A name as JSON needs one: what is no text (numbers, bytes, whole documents as keys) is named by its own JSON. */
const nameOf = (name: unknown): string =>
  typeof name === 'string' ? name : (scalarText(name) ?? writeJson(name).replace(/\s*\n\s*/g, ' '))

const pointerOf = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

/**
 * Writes a decoded value as JSON text with every digit: bigints, 64-bit objects of protobufjs and decimals as bare
 * numbers, bytes as text of their hexadecimal digits (`0x…`), what JSON has no word for (NaN, infinities) as text. The
 * raw numbers of times are added to `notes`. Throws when the value is nested deeper than 200 levels.
 */
export const writeJson = (value: unknown, notes: RawNote[] | null = null): string => {
  const out: string[] = []
  const write = (one: unknown, indent: string, path: string, depth: number): void => {
    if (one instanceof WithRaw) {
      if (notes && notes.length < mostNotes) notes.push({ path, raw: one.raw, type: one.type })
      out.push(JSON.stringify(one.text))
      return
    }
    const scalar = scalarText(one)
    if (scalar !== null) {
      out.push(scalar)
      return
    }
    if (depth >= deepestJson) throw new Error(`it is nested deeper than ${deepestJson} levels`)
    const isList = Array.isArray(one)
    const entries: readonly (readonly [unknown, unknown])[] = isList
      ? one.map((item, index) => [index, item] as const)
      : one instanceof Map
        ? [...one.entries()]
        : Object.entries(one as object)
    const [open, close] = isList ? '[]' : '{}'
    if (entries.length === 0) {
      out.push(`${open}${close}`)
      return
    }
    const inner = `${indent}  `
    entries.forEach(([name, item], index) => {
      const text = isList ? String(index) : nameOf(name)
      out.push(index === 0 ? `${open}\n` : ',\n', inner)
      if (!isList) out.push(JSON.stringify(text), ': ')
      write(item, inner, notes ? path + pointerOf(text) : '', depth + 1)
    })
    out.push('\n', indent, close ?? '')
  }
  write(value, '', '', 0)
  return out.join('')
}
