import type { ChangeFinding, TopicChangePlan } from '#server/contracts/topic-changes.ts'

/** The parts of a plan in which kinds of changes differ. */
export type PlanParts = Omit<
  TopicChangePlan,
  'environment' | 'readers' | 'subjects' | 'settings' | 'nameToType'
> &
  Partial<Pick<TopicChangePlan, 'settings' | 'nameToType'>>

/** One finding of a plan of a topic's change; `field`: the field of the form that it is about. */
export const finding = (
  severity: ChangeFinding['severity'],
  code: string,
  sentence: string,
  field: string | null = null,
): ChangeFinding => ({ severity, code, sentence, field })
