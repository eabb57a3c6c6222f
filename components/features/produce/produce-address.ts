import { createLoader, parseAsString } from 'nuqs/server'

/** What the address of a produce page holds: the message to produce again, of this topic or of another. */
export const loadProduce = createLoader({
  from: parseAsString.withDefault(''),
  fromTopic: parseAsString.withDefault(''),
})
