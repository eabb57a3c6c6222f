import { base64Of, exactText, headersJson, onOneLine, type WholeMessage } from './message-json.ts'

export const csvColumns = [
  'topic',
  'partition',
  'offset',
  'timestamp_ms',
  'timestamp_type',
  'key_kind',
  'key_encoding',
  'key',
  'value_kind',
  'value_encoding',
  'value',
  'value_json',
  'headers',
] as const

/** Begins a formula in a spreadsheet (OWASP, "CSV Injection"). */
const formula = /^[=+\-@\t\r\n]/

/** One cell as RFC 4180 quotes it. With `safe`, what a spreadsheet would run gets an apostrophe before it. */
const cellOf = (text: string, safe: boolean): string => {
  const shown = safe && formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}

/** Cells as one line of CSV, with the line break that ends it. */
export const csvLine = (cells: readonly string[], safe = false): string =>
  `${cells.map((cell) => cellOf(cell, safe)).join(',')}\r\n`

const sideCells = ({
  bytes,
  decoded,
}: WholeMessage['key']): [kind: string, encoding: string, text: string] => {
  if (bytes === null) return ['null', 'null', '']
  const text = exactText(bytes)
  return text === null ? [decoded.kind, 'base64', base64Of(bytes)] : [decoded.kind, 'text', text]
}

/**
 * A message as one line of CSV that loses nothing: key and value are their bytes, as text or as base64, as the column
 * before them says (an empty cell is null only where it says `null`); `value_json` is what a schema made of them.
 */
export const messageCsv = (message: WholeMessage, safe: boolean): string => {
  const { topic, partition, offset, timestampMs, timestampType, key, value, headers } = message
  const { decoded } = value
  const isBySchema = decoded.schema !== null && decoded.isJson && !decoded.truncated
  return csvLine(
    [
      topic,
      String(partition),
      String(offset),
      timestampMs < 0n ? '' : String(timestampMs),
      timestampType,
      ...sideCells(key),
      ...sideCells(value),
      (isBySchema && decoded.text !== null && onOneLine(decoded.text)) || '',
      headersJson(headers),
    ],
    safe,
  )
}
