/** Larger payloads are not tried as formats that nothing names: it would take too long for every row of a list. */
export const largestSniffed = 2 * 1024 * 1024
export const tooLarge = { why: 'it is larger than 2 MB, and nothing names this format; choose it to try' }
