import type { RequeueAction } from '#server/contracts/choices.ts'

/** What is done with waiting messages, as a button says it. */
export const actionTitles: Readonly<Record<RequeueAction, string>> = {
  'skip-wait': 'Skip the wait',
  'last-retry': 'Send to the last retry',
  park: 'Park',
}
