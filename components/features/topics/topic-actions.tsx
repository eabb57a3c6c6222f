'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { Capability } from '#server/contracts/capabilities.ts'
import type { TopicDetail } from '#server/contracts/topics.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

const whyNot = (may: Capability): string | null => (may.state === 'yes' ? null : may.why)

/** What may be done with a topic, each behind its plan; what may not be done says why. */
export const TopicActions = ({
  connection,
  topic,
  may,
}: {
  readonly connection: string
  readonly topic: string
  readonly may: TopicDetail['data']['may']
}) => {
  const router = useRouter()
  const planDelete = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.planTopicChange, { params: { connection }, body: { action: 'delete', topic } }),
    onSuccess: ({ id }) => router.push(routes.topicChange(connection, id)),
  })
  const reasons = [...new Set([may.changeSettings, may.addPartitions, may.delete].map(whyNot))].filter(
    (reason) => reason !== null,
  )
  return (
    <>
      {reasons.length === 0 && planDelete.error === null ? null : (
        <span
          id="why-not-change"
          role={planDelete.error ? 'alert' : undefined}
          className="max-w-[44ch] text-small text-muted"
        >
          {planDelete.error ? problemOfError(planDelete.error).detail : reasons.join(' ')}
        </span>
      )}
      <Action
        title="Change configuration…"
        may={may.changeSettings}
        href={routes.changeTopicSettings(connection, topic)}
      />
      <Action
        title="Add partitions…"
        may={may.addPartitions}
        href={routes.addPartitions(connection, topic)}
      />
      <Button
        disabled={may.delete.state !== 'yes' || planDelete.isPending}
        title={whyNot(may.delete) ?? undefined}
        aria-describedby={may.delete.state === 'yes' ? undefined : 'why-not-change'}
        onClick={() => planDelete.mutate()}
      >
        {planDelete.isPending ? 'Planning…' : 'Delete…'}
      </Button>
    </>
  )
}

const Action = ({
  title,
  may,
  href,
}: {
  readonly title: string
  readonly may: Capability
  readonly href: string
}) =>
  may.state === 'yes' ? (
    <LinkButton href={href}>{title}</LinkButton>
  ) : (
    <Button disabled title={may.why} aria-describedby="why-not-change">
      {title}
    </Button>
  )
