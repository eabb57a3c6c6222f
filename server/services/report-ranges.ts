import { joinRanges } from '#server/contracts/join-ranges.ts'
import type { ScannedRange } from '#server/contracts/scanned-ranges.ts'
import type { ScannedSpan } from '#server/ports/scan.ts'

/** What was looked at, as a report says it: by topic, partition and offset, what touches as one. */
export const reportRanges = (spans: readonly ScannedSpan[]): ScannedRange[] =>
  joinRanges(
    spans.map(({ topic, partition, from, to, messages }) => ({
      topic,
      partition,
      from: from.toString(),
      to: to.toString(),
      messages: messages.toString(),
    })),
  )
