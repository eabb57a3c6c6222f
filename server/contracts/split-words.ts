import type { SplitCondition } from './failure-grouping.ts'

/** Which letters a split takes, after “letters”: `with “timeout of *” in their message`. */
export const saySplit = ({ message, topic, header }: SplitCondition): string =>
  [
    message === undefined ? null : `with “${message}” in their message`,
    topic === undefined ? null : `of ${topic}`,
    header === undefined ? null : `with header ${header.name} = ${header.value}`,
  ]
    .filter((part) => part !== null)
    .join(' and ')
