/**
 * What an answer about a transaction asks for (protocol guide, "Error Codes"; KIP-98):
 * `again` after a moment, `moved` at another coordinator, `fenced` to stop for good, `refused` to give this one up.
 */
export type TransactionVerdict = 'done' | 'again' | 'moved' | 'fenced' | 'refused'

const verdicts: Readonly<Record<number, TransactionVerdict>> = {
  0: 'done',
  /** The coordinator loads its log. */
  14: 'again',
  15: 'moved',
  16: 'moved',
  /** An older epoch: another has opened the id, or the coordinator has ended the transaction for its age. */
  47: 'fenced',
  /** The transaction before is still being ended. */
  51: 'again',
  /** Another request about the same id is under way. */
  89: 'again',
  90: 'fenced',
}

/** The verdict of one error code; those that are not known end the transaction. */
export const judgeTransactionCode = (code: number): TransactionVerdict => verdicts[code] ?? 'refused'

/** Not tried, because another partition of the same request was refused. */
const notAttempted = 55
const order: readonly TransactionVerdict[] = ['fenced', 'refused', 'moved', 'again', 'done']

/** The code that decides of those of several partitions: the gravest, and one that was tried before one that was not. */
export const gravestCode = (codes: readonly number[]): number =>
  codes.reduce((worst, code) => {
    if (worst === notAttempted && code !== 0) return code
    if (code === notAttempted && worst !== 0) return worst
    return order.indexOf(judgeTransactionCode(code)) < order.indexOf(judgeTransactionCode(worst))
      ? code
      : worst
  }, 0)

/** How long to wait before asking again, in milliseconds: a commit before takes a few milliseconds, a start seconds. */
export const waitBeforeAgainMs = (attempt: number): number =>
  Math.min(200, 5 * 2 ** Math.min(attempt - 1, 10))
