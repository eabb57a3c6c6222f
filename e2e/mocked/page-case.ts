import type { EndpointName, Script, StreamName } from './script-api.ts'

/** A state that a page does not have, and why. */
type None = { readonly none: string }
/** A page and how each of its states is brought about. */
export type PageCase = {
  readonly name: string
  readonly path: string
  /** The operation whose states the page shows. */
  readonly main: EndpointName | StreamName
  /** A skeleton, unless it says why there is none. */
  readonly loading?: None
  /** Nothing is there: `missing` where the address names one thing. */
  readonly empty:
    | { readonly state: 'empty' | 'missing' | 'good'; readonly script: Script; readonly says: string }
    | None
  readonly filtered: { readonly path: string; readonly script: Script; readonly clear: string } | None
}

/** A page about one thing that is not there. */
export const missing = (main: EndpointName, what: string): PageCase['empty'] => ({
  state: 'missing',
  script: { [main]: { problem: 'not-found', detail: `There is no ${what}.` } },
  says: `There is no ${what}.`,
})
/** Nothing to filter. */
export const oneThing: None = { none: 'it shows one thing, which nothing filters' }
