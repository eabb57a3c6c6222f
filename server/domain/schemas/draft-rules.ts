import type { DraftVerdict } from '#server/contracts/schemas.ts'
import type { ChangeEffect } from './schema-change.ts'

type Rule = DraftVerdict['rules'][number]
type RegistryAnswer = { readonly compatible: boolean; readonly reasons: readonly string[] } | string

/**
 * Each rule that a draft is held against: what the registry answers under the level in force, against the latest version
 * and against all, and what Spillway finds of both directions. `demanded` where the level asks for it (Confluent
 * "Compatibility types"); a level that is not known demands what the registry says.
 */
export const draftRules = (
  level: string | null,
  meaning: { readonly backward: ChangeEffect; readonly forward: ChangeEffect },
  registry: { readonly latest: RegistryAnswer; readonly all: RegistryAnswer },
): Rule[] => {
  const isTransitive = level?.endsWith('_TRANSITIVE') ?? false
  const asked = level === null || level !== 'NONE'
  const needs = (direction: 'BACKWARD' | 'FORWARD') =>
    level !== null && (level.startsWith(direction) || level.startsWith('FULL'))
  return [
    fromRegistry('Registry: against the latest version', registry.latest, asked),
    fromRegistry('Registry: against all versions', registry.all, asked && isTransitive),
    fromMeaning('New readers read old data (backward)', meaning.backward, needs('BACKWARD')),
    fromMeaning('Old readers read new data (forward)', meaning.forward, needs('FORWARD')),
  ]
}

const fromRegistry = (name: string, answer: RegistryAnswer, demanded: boolean): Rule =>
  typeof answer === 'string'
    ? { name, passes: null, demanded, by: 'registry', reasons: [answer] }
    : { name, passes: answer.compatible, demanded, by: 'registry', reasons: [...answer.reasons] }

const fromMeaning = (name: string, effect: ChangeEffect, demanded: boolean): Rule => ({
  name,
  passes: effect !== 'breaks',
  demanded,
  by: 'spillway',
  reasons: effect === 'risk' ? ['Some data or some readers may fail; see the changes.'] : [],
})
