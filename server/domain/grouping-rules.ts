import type { GroupingRule } from '#server/contracts/failure-grouping.ts'
import type { FingerprintRule } from './fingerprint.ts'
import { normaliseMessage } from './normalise-message.ts'

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Whether text has a pattern's parts in their order; `*` stands for anything between them. Takes linear time. */
export const hasParts = (text: string, pattern: string): boolean => {
  let at = 0
  for (const part of pattern.split('*')) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}

/** Whether a whole name is what a pattern says; `*` stands for anything. */
export const fitsPattern = (name: string, pattern: string): boolean => {
  const parts = pattern.split('*')
  const [first = ''] = parts
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return name === pattern
  return (
    name.length >= first.length + last.length &&
    name.startsWith(first) &&
    name.endsWith(last) &&
    hasParts(name.slice(first.length, name.length - last.length), parts.slice(1, -1).join('*'))
  )
}

/** What stands for `*` in a mask has at most so many characters: patterns take their time over long messages. */
const longestMasked = 100
const longestMessage = 2_000

const maskOf = (mask: string): RegExp =>
  new RegExp(mask.split('*').map(literally).join(`[^\\s]{0,${longestMasked}}`), 'g')

const compile = (rule: GroupingRule): FingerprintRule => {
  const masks = rule.masks.map(maskOf)
  const { ignoredFrames } = rule
  return {
    ...rule,
    normalise: (message) =>
      normaliseMessage(
        masks.length === 0
          ? message
          : masks.reduce((text, mask) => text.replace(mask, '*'), message.slice(0, longestMessage)),
      ),
    isIgnoredFrame:
      ignoredFrames.length === 0
        ? undefined
        : (frame) =>
            ignoredFrames.some((beginning) => frame.startsWith(beginning) || frame.includes(`(${beginning}`)),
  }
}

/** The rule for the letters of a dead-letter topic: the first whose topics fit; undefined where none does. */
export const compileRules = (
  rules: readonly GroupingRule[],
): ((topic: string) => FingerprintRule | undefined) => {
  const compiled = rules.map((rule) => ({ topics: rule.topics, rule: compile(rule) }))
  const known = new Map<string, FingerprintRule | undefined>()
  return (topic) => {
    if (compiled.length === 0) return undefined
    if (!known.has(topic)) known.set(topic, compiled.find(({ topics }) => fitsPattern(topic, topics))?.rule)
    return known.get(topic)
  }
}
