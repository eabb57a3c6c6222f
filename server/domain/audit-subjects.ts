import type { AuditSubject } from '#server/contracts/audit.ts'
import { auditSubjectKinds } from '#server/contracts/choices.ts'

type Kind = AuditSubject['kind']

/** What actions are done to, where an entry does not say so itself. */
const kindsOfActions: Readonly<Record<string, Kind>> = {
  'start replay': 'replay',
  'stop replay': 'replay',
  'end replay': 'replay',
  'declare how a group reads': 'group',
  'set failure group state': 'failure-group',
  'assign failure group': 'failure-group',
  'reopen failure group': 'failure-group',
  'close failure group': 'failure-group',
  'write note to failure group': 'failure-group',
  'produce message': 'topic',
  'choose decoder': 'topic',
  'create topic': 'topic',
  'take topic for dead letters': 'topic',
  'refuse topic for dead letters': 'topic',
  'delete topic': 'topic',
  'change topic settings': 'topic',
  'add partitions': 'topic',
  'register schema': 'subject',
  'delete schema': 'subject',
  'delete schema for good': 'subject',
}

const subjectOf = (text: string): AuditSubject[] => {
  const [name = ''] = text.split(':', 1)
  const kind = auditSubjectKinds.find((one) => one === name)
  return kind === undefined ? [] : [{ kind, id: text.slice(name.length + 1) }]
}

/**
 * What an entry is about: as it says (`kind:id` each), or as its action and target tell for those that say nothing.
 * Kinds that are not known are left out.
 */
export const subjectsOf = (entry: {
  readonly action: string
  readonly target: string
  readonly about: readonly string[]
}): AuditSubject[] => {
  const { action, target, about } = entry
  if (about.length > 0) return about.flatMap(subjectOf)
  const produced = action === 'message produced' ? /^(\S+) (\d+@\d+)$/.exec(target) : null
  if (produced) return [{ kind: 'message', id: `${produced[1]}/${produced[2]}` }]
  const kind = Object.hasOwn(kindsOfActions, action) ? kindsOfActions[action] : undefined
  return kind === undefined ? [] : [{ kind, id: target.replace(/ version \S+$/, '') }]
}
