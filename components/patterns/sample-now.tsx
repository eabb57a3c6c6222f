'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { callEndpoint } from '../client/call-endpoint.ts'
import { endpoints } from '../client/endpoints.ts'
import { problemOfError } from '../client/problem-error.ts'
import { Button } from '../ui/button.tsx'
import { sayMany } from './quantity.ts'

/** Looks at the newest messages of a topic, or of all, now. Says what came of it. */
export const SampleNow = ({
  connection,
  topic,
}: {
  readonly connection: string
  readonly topic?: string | undefined
}) => {
  const client = useQueryClient()
  const sample = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.sampleSchemas, {
        params: { connection },
        body: topic === undefined ? {} : { topics: [topic] },
      }),
    onSuccess: () =>
      Promise.all(
        ['schemas', 'topics', 'schema-ids'].map((noun) => client.invalidateQueries({ queryKey: [noun] })),
      ),
  })
  const { data, error, isPending } = sample
  const failed = data?.failed[0]
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span role="status" className={error || failed ? 'text-small text-warning' : 'text-small text-muted'}>
        {error
          ? `Not sampled: ${problemOfError(error).detail}`
          : data
            ? failed
              ? `${data.failed.length} not read: ${failed.topic}: ${failed.detail}`
              : `${sayMany(data.messages, 'message')} looked at`
            : ''}
      </span>
      <Button size="small" disabled={isPending} onClick={() => sample.mutate()}>
        {isPending ? 'Sampling…' : topic === undefined ? 'Sample all topics now' : 'Sample now'}
      </Button>
    </span>
  )
}
