'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectionSummary } from '#server/contracts/connections.ts'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import type { ChangedPlan } from './use-plan-again.ts'

/** Where the copies of a plan go: the connection where there are several, and the topic. */
export const PlanTarget = ({
  connection,
  choice,
  isPending,
  planAgain,
}: {
  readonly connection: string
  readonly choice: NonNullable<ReplayPlan['choice']>
  readonly isPending: boolean
  readonly planAgain: (change: ChangedPlan) => void
}) => {
  const connections = useQuery(endpointQuery(endpoints.listConnections)).data?.connections ?? []
  const chosen = choice.targetConnection ?? connection
  const [topic, setTopic] = useState<string>(choice.targetTopic ?? '')
  const [place, setPlace] = useState<string>(chosen)
  const wanted = topic.trim() === '' ? null : (topic.trim() as TopicName)
  const isMoved = place !== chosen
  const isOther = isMoved || wanted !== choice.targetTopic
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isOther) return
        const target = place === connection ? null : (place as ConnectionId)
        planAgain({ targetTopic: wanted, targetConnection: target })
      }}
    >
      <label className="flex min-w-0 items-center gap-4">
        <span className="w-[96px] shrink-0 text-muted">Target</span>
        <Input
          value={topic}
          placeholder="the topic each died in"
          onChange={(event) => setTopic(event.target.value)}
          className="w-60 font-mono text-small"
        />
      </label>
      {connections.length > 1 ? (
        <label className="flex items-center gap-2">
          <span className="text-muted">on</span>
          <Select
            aria-label="Connection of the target"
            value={place}
            onChange={(event) => setPlace(event.target.value)}
            className="max-w-52"
          >
            {connections.map((one) => (
              <option key={one.id} value={one.id} disabled={one.readOnly && one.id !== connection}>
                {titleOf(one, connection)}
              </option>
            ))}
          </Select>
        </label>
      ) : null}
      <Button type="submit" disabled={!isOther || isPending}>
        {isMoved
          ? 'Plan for this connection'
          : wanted === null && isOther
            ? 'Plan for their own topics'
            : 'Plan for this topic'}
      </Button>
    </form>
  )
}

const titleOf = ({ id, name, environment, readOnly }: ConnectionSummary, own: string): string =>
  `${name} (${environment.name})${id === own ? ', where they died' : ''}${readOnly ? ', read-only' : ''}`
