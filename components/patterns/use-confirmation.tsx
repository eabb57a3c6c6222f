'use client'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { endpointQuery } from '../client/call-endpoint.ts'
import { endpoints } from '../client/endpoints.ts'
import { Input } from '../ui/input.tsx'

/**
 * What a change needs before its button works: nothing, or in a production environment the name typed
 * again. `field` is drawn above the button; `refusal` says why nothing can be changed here.
 */
export const useConfirmation = (connection: string, wanted: string) => {
  const id = useId()
  const [typed, setTyped] = useState('')
  const connections = useQuery(endpointQuery(endpoints.listConnections)).data?.connections ?? []
  const current = connections.find((one) => one.id === connection)
  const isProduction = current?.environment.production ?? false
  return {
    confirm: typed,
    isConfirmed:
      current !== undefined && (!isProduction || typed === (wanted === '' ? current.name : wanted)),
    refusal: current?.readOnly ? `${current.name} is read-only.` : null,
    field: isProduction ? (
      <div className="flex flex-col gap-1">
        <label htmlFor={id}>
          <strong className="text-critical">{current?.environment.name} (production)</strong>: type{' '}
          <span className="font-mono text-small break-all">{wanted === '' ? current?.name : wanted}</span> to
          confirm.
        </label>
        <Input
          id={id}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          className="font-mono text-small"
        />
      </div>
    ) : null,
  }
}
