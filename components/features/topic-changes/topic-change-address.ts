import { createLoader, parseAsString } from 'nuqs/server'

/** What the address of a form for one topic holds. */
export const loadTopicOfForm = createLoader({
  topic: parseAsString.withDefault(''),
  setting: parseAsString.withDefault(''),
})
