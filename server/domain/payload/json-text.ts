/** A number whose digits are kept as text: a decimal, or an integer beyond what a JavaScript number holds. */
export class ExactNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

/** 64-bit integers of protobufjs. */
const isLong = (value: object): boolean => (value as { __isLong__?: unknown }).__isLong__ === true

/**
 * Writes a decoded value as JSON text with every digit: bigints, 64-bit objects of protobufjs and decimals as bare
 * numbers, bytes as text of their hexadecimal digits (`0x…`), what JSON has no word for (NaN, infinities) as text.
 */
export const writeJson = (value: unknown, indent = ''): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${value}"`
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (value instanceof ExactNumber) return value.digits
  if (value instanceof Uint8Array)
    return `"0x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (isLong(value)) return String(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((item) => inner + writeJson(item, inner)).join(',\n')}\n${indent}]`
  }
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value)
  if (entries.length === 0) return '{}'
  const lines = entries.map(
    ([name, item]) => `${inner}${JSON.stringify(String(name))}: ${writeJson(item, inner)}`,
  )
  return `{\n${lines.join(',\n')}\n${indent}}`
}
