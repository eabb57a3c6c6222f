import type { TopicChangePlan, TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { addPartitions } from './plan-add-partitions.ts'
import { createTopic } from './plan-create-topic.ts'
import { deleteTopic } from './plan-delete-topic.ts'
import { changeSettings } from './plan-settings-change.ts'
import type { ChangeFacts } from './topic-change-facts.ts'
import { finding, type PlanParts } from './topic-change-finding.ts'

const partsOf = (request: TopicChangeRequest, facts: ChangeFacts): PlanParts => {
  if (request.action === 'create') return createTopic(request, facts)
  const { topic } = facts
  if (topic === null)
    return {
      title: `Change ${request.topic}`,
      effect: 'Nothing to do',
      steps: [],
      findings: [finding('refused', 'no-topic', `There is no topic named ${request.topic}.`, 'topic')],
      undo: 'Nothing is changed.',
    }
  if (request.action === 'delete') return deleteTopic(topic, facts)
  if (request.action === 'add-partitions') return addPartitions(topic, request.total)
  return changeSettings(topic, request.settings, facts)
}

const severities = ['refused', 'warning', 'fact'] as const

/**
 * What a change of a topic would do: steps, warnings and refusals, worst first. Pure: the same facts make the same plan.
 * What the broker's own check refused is a refusal, unless the plan refuses the same input itself.
 */
export const planTopicChange = (request: TopicChangeRequest, facts: ChangeFacts): TopicChangePlan => {
  const parts = partsOf(request, facts)
  const { brokerRefusal, refusedBecause, readersProblem, topic } = facts
  const own = parts.findings
  const isSaid = own.some(
    ({ severity, field }) => severity === 'refused' && (brokerRefusal?.field ?? null) === field,
  )
  const findings = [
    ...(refusedBecause === null ? [] : [finding('refused', 'not-allowed', refusedBecause)]),
    ...own.filter(({ code }) => code !== 'nobody-reads' || readersProblem === null),
    ...(readersProblem === null
      ? []
      : [
          finding('warning', 'readers-unknown', `It could not be found out who reads it: ${readersProblem}.`),
        ]),
    ...(brokerRefusal && !isSaid && refusedBecause === null
      ? [finding('refused', 'broker', brokerRefusal.detail, brokerRefusal.field)]
      : []),
  ]
  return {
    settings: [],
    nameToType: null,
    ...parts,
    findings: severities.flatMap((wanted) => findings.filter(({ severity }) => severity === wanted)),
    readers: (topic?.groups ?? []).map(({ group, state, lag }) => ({
      group: group as TopicChangePlan['readers'][number]['group'],
      state,
      lagMessages: lag.toString(),
    })),
    subjects: request.action === 'delete' ? [...(topic?.subjects ?? [])] : [],
    environment: facts.environment,
  }
}

/** Whether the plan allows the change to be made. */
export const mayApply = ({ findings }: TopicChangePlan): boolean =>
  findings.every(({ severity }) => severity !== 'refused')
