/** How long a plan that nobody carries out is kept; an edit also so long after a second person has decided on it. */
export const planKeptMs = 86_400_000
/** How long an edit waits for a second person before it is forgotten. */
export const waitingEditKeptMs = 30 * 86_400_000

/** When an edit that is not sent is forgotten. Times in milliseconds since the epoch. */
export const forgetEditAtMs = ({
  editedAtMs,
  decidedAtMs,
}: {
  readonly editedAtMs: number
  readonly decidedAtMs: number | null
}): number =>
  decidedAtMs === null ? editedAtMs + waitingEditKeptMs : Math.max(editedAtMs, decidedAtMs) + planKeptMs
