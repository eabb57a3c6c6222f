/** What was said last and when, in milliseconds since the epoch. */
export type Announcement = { readonly phase: string; readonly words: string; readonly at: number }

const everyMs = 10_000

/** In how many milliseconds the words are to be said: at once in another phase; null: they have been. */
export const announceInMs = (
  told: Announcement,
  { phase, words }: Pick<Announcement, 'phase' | 'words'>,
  nowMs: number,
): number | null => {
  if (phase !== told.phase) return 0
  return words === told.words ? null : Math.max(0, told.at + everyMs - nowMs)
}
