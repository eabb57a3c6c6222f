/** Time comes in as a value so that logic can be tested at any moment. */
export type Clock = { nowMs(): number }
