import type { TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { sayMany } from './say-amounts.ts'
import type { SeenTopic, TopicNow } from './topic-change-facts.ts'
import { isMadeAnew } from './topic-identity.ts'

const isActive = ({ state }: { readonly state: string }): boolean => state !== 'empty' && state !== 'dead'

/** The topic's own value of a setting; null where it has none. */
const ownValue = (topic: TopicNow, name: string): string | null => {
  const setting = topic.settings.find((one) => one.name === name)
  return setting === undefined || setting.isDefault ? null : setting.value
}

/** What a plan was made of, as far as it must still hold when the change is made. */
export const seenOf = (request: TopicChangeRequest, topic: TopicNow | null): SeenTopic | null =>
  topic && {
    topicId: topic.topicId,
    partitions: topic.partitions.length,
    settings:
      request.action === 'change-settings'
        ? Object.fromEntries(Object.keys(request.settings).map((name) => [name, ownValue(topic, name)]))
        : {},
    activeGroups: topic.groups.filter(isActive).map(({ group }) => group),
  }

/** Why a plan does not fit the topic any more, or null: the change must be planned anew. */
export const changedSince = (
  request: TopicChangeRequest,
  seen: SeenTopic | null,
  now: TopicNow | null,
): string | null => {
  const name = request.topic
  if (request.action === 'create')
    return now === null ? null : `A topic named ${name} was made since the plan was.`
  if (seen === null || now === null) return `The topic ${name} was deleted since the plan was made.`
  if (isMadeAnew(seen.topicId, now.topicId))
    return `The topic ${name} was deleted and made anew since the plan was made.`
  if (request.action !== 'change-settings' && now.partitions.length !== seen.partitions)
    return `${name} has ${sayMany(now.partitions.length, 'partition')} now; when the plan was made it had ${seen.partitions}.`
  const other = Object.entries(seen.settings).find(([setting, value]) => ownValue(now, setting) !== value)
  if (other) {
    const [setting, value] = other
    const say = (one: string | null) => one ?? 'the default'
    return `${setting} is ${say(ownValue(now, setting))} now; when the plan was made it was ${say(value)}.`
  }
  const newReader =
    request.action === 'delete' &&
    now.groups.find((one) => isActive(one) && !seen.activeGroups.includes(one.group))
  return newReader ? `The group ${newReader.group} has begun to read ${name} since the plan was made.` : null
}

/** What takes a change back; null where nothing can. */
export const undoOf = (request: TopicChangeRequest, seen: SeenTopic | null): TopicChangeRequest | null =>
  request.action === 'change-settings' && seen !== null
    ? { action: 'change-settings', topic: request.topic, settings: { ...seen.settings } }
    : null

/** Whether the topic is as the change wanted it: how one finds out when the broker's answer was lost. */
export const isAsWanted = (
  request: TopicChangeRequest,
  seen: SeenTopic | null,
  now: TopicNow | null,
): boolean => {
  switch (request.action) {
    case 'create':
      return now !== null
    case 'delete':
      return now === null || isMadeAnew(seen?.topicId ?? null, now.topicId)
    case 'add-partitions':
      return now !== null && now.partitions.length === request.total
    case 'change-settings':
      return (
        now !== null &&
        Object.entries(request.settings).every(([name, value]) => ownValue(now, name) === value)
      )
  }
}
