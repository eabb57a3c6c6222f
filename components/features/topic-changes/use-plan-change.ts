'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'

/**
 * Plans a change and opens the plan. One that is refused for what was typed stays with its fields: `problems` says at
 * each what is wrong, and under the empty name what is about none of them.
 */
export const usePlanChange = (connection: string, fields: readonly string[]) => {
  const router = useRouter()
  const plan = useMutation({
    mutationFn: (request: TopicChangeRequest) =>
      callEndpoint(endpoints.planTopicChange, { params: { connection }, body: request }),
    onSuccess: (change) => {
      if (change.plan.findings.every(({ severity }) => severity !== 'refused'))
        router.push(routes.topicChange(connection, change.id))
    },
  })
  const refused = (plan.data?.plan.findings ?? []).filter(({ severity }) => severity === 'refused')
  const problems = Map.groupBy(refused, ({ field }) =>
    field !== null && fields.includes(field) ? field : '',
  )
  return {
    plan,
    problemOf: (field: string): string | null =>
      problems
        .get(field)
        ?.map(({ sentence }) => sentence)
        .join(' ') ?? null,
  }
}
