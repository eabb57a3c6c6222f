import { minutesAgo, nowMs } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

const minutes = 40
/** One bar a minute; the second half from offsets alone. */
export const histogram: Answer<'countMessagesByTime'> = {
  buckets: Array.from({ length: minutes }, (_, index) => ({
    fromMs: minutesAgo(minutes - index),
    untilMs: minutesAgo(minutes - index - 1),
    messages: String(index === 7 ? 0 : 1_000 + index * 250),
    estimated: index >= minutes / 2,
  })),
  messages: '233250',
  estimated: true,
  doubts: ['compacted', 'transactions', 'producer-times'],
  before: '1204113',
  after: '2',
  partitions: 6,
  failed: [],
  readAt: nowMs,
}
