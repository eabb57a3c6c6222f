/**
 * What a change does to one side: `fine`, `risk` (only for some data or some readers), `breaks` (data can not be read,
 * or is read as something else).
 */
export type ChangeEffect = 'fine' | 'risk' | 'breaks'

export type ChangeKind =
  | 'field added'
  | 'field removed'
  | 'field renamed'
  | 'field moved'
  | 'default added'
  | 'default removed'
  | 'default changed'
  | 'type widened'
  | 'type narrowed'
  | 'type changed'
  | 'meaning changed'
  | 'symbol added'
  | 'symbol removed'
  | 'now required'
  | 'no longer required'
  | 'number reused'
  | 'name changed'
  | 'message added'
  | 'message removed'
  | 'rule tightened'
  | 'rule loosened'
  | 'rule changed'

/** One difference between two versions of a schema, and for whom it breaks. */
export type SchemaChange = {
  /** Where: `lines[].sku`, `PaymentSettled.amount_minor`; empty for the whole. */
  readonly path: string
  readonly kind: ChangeKind
  /** What changed, as a sentence. */
  readonly sentence: string
  /** New readers of data written with the old version. */
  readonly backward: ChangeEffect
  readonly backwardWords: string
  /** Old readers of data written with the new version. */
  readonly forward: ChangeEffect
  readonly forwardWords: string
}

const ranks = { fine: 0, risk: 1, breaks: 2 } as const

/** The worst of several effects; `fine` of none. */
export const worstEffect = (effects: readonly ChangeEffect[]): ChangeEffect =>
  effects.reduce<ChangeEffect>((worst, one) => (ranks[one] > ranks[worst] ? one : worst), 'fine')

export type EffectOf = readonly [effect: ChangeEffect, words: string]
export const fine = (words: string): EffectOf => ['fine', words]
export const risk = (words: string): EffectOf => ['risk', words]
export const breaks = (words: string): EffectOf => ['breaks', words]

/** Puts one change together. */
export const changeOf = (
  path: string,
  kind: ChangeKind,
  sentence: string,
  [backward, backwardWords]: EffectOf,
  [forward, forwardWords]: EffectOf,
): SchemaChange => ({ path, kind, sentence, backward, backwardWords, forward, forwardWords })

/** The path of a part of what is at a path. */
export const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
