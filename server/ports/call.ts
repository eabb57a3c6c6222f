/** What every call to the outside carries: when to give up. The signal also fires at the deadline. */
export type Call = {
  readonly signal: AbortSignal
  /**
   * Asked right before each request that writes; false forbids it. A process that was frozen hears of an abort only after
   * it has gone on with what it was about to do: the clock alone tells it in time.
   */
  readonly mayWrite?: () => boolean
}

/** What a query may cost at most. The first limit reached ends it, and the answer says so. */
export type Budget = { readonly messages: number; readonly bytes: number; readonly milliseconds: number }

/** For looking at the newest messages of a topic. */
export const browseBudget: Budget = { messages: 500, bytes: 16 * 1024 * 1024, milliseconds: 8_000 }
/** For reading forward whole, message by message. */
export const searchBudget: Budget = { messages: 200_000, bytes: 256 * 1024 * 1024, milliseconds: 15_000 }
/** For the nearest message of the same key in one partition: somebody waits with a finger on the key. */
export const nearBudget: Budget = { messages: 2_000_000, bytes: 1024 ** 3, milliseconds: 8_000 }
