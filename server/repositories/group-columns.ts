import { normaliseMessage } from '#server/domain/normalise-message.ts'

/** Text that PostgreSQL can hold: it has no NUL character. */
export const clean = (text: string | null, length: number): string | null => {
  if (text === null || (text.length <= length && !text.includes('\u0000'))) return text
  return text.slice(0, length).replaceAll('\u0000', '\ufffd')
}

type Described = {
  readonly errorClass: string | null
  readonly rootCause: string | null
  /** As the letter tells it. */
  readonly message: string | null
  readonly frame: string | null
  readonly stack: string | null
  readonly originTopic: string | null
  readonly group: string | null
}

/** What describes failure groups, a column each: class, root cause, message, frame, stack, origin topic, consumer group. */
export const groupColumns = (groups: readonly Described[]): readonly (readonly (string | null)[])[] => [
  groups.map((one) => clean(one.errorClass, 500)),
  groups.map((one) => clean(one.rootCause, 500)),
  groups.map(({ message }) => clean(message === null ? null : normaliseMessage(message), 500)),
  groups.map((one) => clean(one.frame, 500)),
  groups.map((one) => clean(one.stack, 20_000)),
  groups.map((one) => clean(one.originTopic, 249)),
  groups.map((one) => clean(one.group, 255)),
]
