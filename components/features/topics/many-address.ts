import { parseAsString } from 'nuqs/server'

/** What the address of a search over several topics holds beside `searchWays`. */
export const manySearch = {
  topics: parseAsString.withDefault('*'),
  search: parseAsString.withDefault(''),
}
