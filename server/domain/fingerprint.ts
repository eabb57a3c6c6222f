import type { GroupingRule } from '#server/contracts/failure-grouping.ts'
import { chooseFailureClass } from './failure-class.ts'
import { normaliseMessage } from './normalise-message.ts'
import { readStack } from './read-stack.ts'
import { remember } from './remember.ts'

export type Failure = {
  readonly errorClass?: string | undefined
  readonly causeClass?: string | undefined
  readonly message?: string | undefined
  readonly stack?: string | undefined
  readonly originTopic?: string | undefined
  readonly group?: string | undefined
}

export type FailureIdentity = {
  /** The class that names the failure: the root cause, or what is nearest to it and no wrapper. */
  readonly rootCause: string | null
  /** Message of the root cause, where the stack has it. */
  readonly rootMessage: string | null
  readonly frame: string | null
  /**
   * The parts that make two dead letters one failure group: root cause class, first application frame, origin topic
   * and consumer group; the normalised message only where there is no frame. Compare or hash the parts in this order.
   */
  readonly parts: readonly string[]
  /**
   * The parts that make two deaths one error, wherever and to whomever they happened: root cause class and first
   * application frame, the normalised message only where there is no frame. No rule of an operator changes them.
   */
  readonly errorParts: readonly string[]
}

/** What an operator has changed of how letters are told apart: see `groupingRule`. */
export type FingerprintRule = Pick<
  GroupingRule,
  'byClass' | 'byFrame' | 'byOriginTopic' | 'byGroup' | 'byMessage'
> & {
  readonly normalise: (message: string) => string
  readonly isIgnoredFrame: ((frame: string) => boolean) | undefined
}

/** Tells what failed, and by which parts two letters are of one failure. */
export const identifyFailure = (failure: Failure, rule?: FingerprintRule): FailureIdentity => {
  const { classes, rootMessage, applicationFrame } = readStack(failure.stack ?? '', rule?.isIgnoredFrame)
  const rootCause = chooseFailureClass([...classes, failure.causeClass, failure.errorClass])
  const plainFrame = rule?.isIgnoredFrame ? readStack(failure.stack ?? '').applicationFrame : applicationFrame
  return {
    rootCause: rootCause ?? null,
    rootMessage: rootMessage ?? null,
    frame: applicationFrame ?? null,
    parts: rule
      ? partsBy(rule, failure, rootCause, applicationFrame)
      : [
          rootCause ?? '',
          applicationFrame ?? '',
          failure.originTopic ?? '',
          failure.group ?? '',
          applicationFrame === undefined ? normaliseMessage(failure.message ?? '') : '',
        ],
    errorParts: [
      rootCause ?? '',
      plainFrame ?? '',
      plainFrame === undefined ? normaliseMessage(failure.message ?? '') : '',
    ],
  }
}

const partsBy = (
  rule: FingerprintRule,
  { originTopic, group, message }: Failure,
  rootCause: string | undefined,
  frame: string | undefined,
): readonly string[] => [
  rule.byClass ? (rootCause ?? '') : '',
  rule.byFrame ? (frame ?? '') : '',
  rule.byOriginTopic ? (originTopic ?? '') : '',
  rule.byGroup ? (group ?? '') : '',
  rule.byMessage === 'always' || (rule.byMessage === 'without-frame' && frame === undefined)
    ? rule.normalise(message ?? '')
    : '',
]

/** A frame for people: of a file only its last name, as `PaymentClient.charge (payment-client.ts)`. */
export const shortFrame = remember((frame) => frame.replace(/(?<=\(|^)[^()\s]*[\\/](?=[^\\/()]+\)?$)/, ''))
