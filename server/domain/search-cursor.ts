import { z } from 'zod'
import { formatScanCursor, parseScanCursor, type ScanCursor } from './scan-cursor.ts'

/** Where a search goes on, and when it began, from which times ago are counted. */
export type SearchCursor = ScanCursor & {
  readonly asked: string
  readonly nowMs: number
}

const written = z.tuple([z.string(), z.number().int(), z.string()])

/** A cursor as text: short, and the same for the same place. `asked` tells searches apart. */
export const formatSearchCursor = ({ asked, nowMs, ...places }: SearchCursor): string =>
  Buffer.from(JSON.stringify([asked, nowMs, formatScanCursor(places)])).toString('base64url')

/** Reads what `formatSearchCursor` wrote. Null when it is anything else. */
export const parseSearchCursor = (text: string): SearchCursor | null => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null
  try {
    const [asked, nowMs, places] = written.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    const cursor = parseScanCursor(places)
    return cursor === null ? null : { asked, nowMs, ...cursor }
  } catch {
    return null
  }
}
