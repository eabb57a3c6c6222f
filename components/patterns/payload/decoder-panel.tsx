'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, CircleSlash, Minus } from 'lucide-react'
import { useState } from 'react'
import { plainChoices, schemaChoice } from '#server/contracts/choices.ts'
import type { DecoderChoice } from '#server/contracts/decoders.ts'
import type { DecodedSide, DecoderReport } from '#server/contracts/messages.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Ago } from '../ago.tsx'
import type { PayloadSource } from './payload-source.ts'

const outcomes = {
  taken: { word: 'taken', icon: Check, tone: 'text-ok' },
  fits: { word: 'fits', icon: Check, tone: 'text-muted' },
  refused: { word: 'no', icon: CircleSlash, tone: 'text-faint' },
  'not-asked': { word: 'not asked', icon: Minus, tone: 'text-faint' },
} as const satisfies Record<DecoderReport['outcome'], unknown>

const Reports = ({ reports }: { readonly reports: readonly DecoderReport[] }) => (
  <table className="w-full table-fixed text-left text-small">
    <thead className="text-muted">
      <tr>
        <th className="w-[34%] py-0.5 pr-2 pl-3 font-normal">Decoder</th>
        <th className="w-24 py-0.5 pr-2 font-normal">Answer</th>
        <th className="py-0.5 pr-3 font-normal">Why</th>
      </tr>
    </thead>
    <tbody>
      {reports.map(({ decoder, outcome, why }) => {
        const { word, icon: Icon, tone } = outcomes[outcome]
        return (
          <tr key={decoder} className={outcome === 'taken' ? 'bg-selected' : ''}>
            <td className="truncate py-0.5 pr-2 pl-3" title={decoder}>
              {decoder}
            </td>
            <td className={`py-0.5 pr-2 whitespace-nowrap ${tone}`}>
              <Icon aria-hidden size={12} className="mr-1 inline" />
              {word}
            </td>
            <td className="py-0.5 pr-3 break-words text-muted">{why}</td>
          </tr>
        )
      })}
    </tbody>
  </table>
)

/** Choosing how a side of the topic is read, for everybody. */
const Picker = ({ side, source }: { readonly side: DecodedSide; readonly source: PayloadSource }) => {
  const { connection, topic } = source
  const client = useQueryClient()
  const params = { connection, topic }
  const known = useQuery({ ...endpointQuery(endpoints.showDecoders, { params }), refetchInterval: false })
  const [schemaId, setSchemaId] = useState('')
  const choose = useMutation({
    mutationFn: (decoder: DecoderChoice | null) =>
      callEndpoint(endpoints.chooseDecoder, { params, body: { side: source.side, decoder } }),
    // Lists, single messages and letters of the topic are read anew.
    onSuccess: () => client.invalidateQueries(),
  })
  const chosen = known.data?.[source.side] ?? null
  const current = side.choice?.decoder ?? ''
  const wanted = `schema:${schemaId.trim()}`
  const isWanted = schemaChoice.test(wanted)
  const types = known.data?.protoTypes ?? []
  const isListed = current === '' || current in plainChoices || current.startsWith('proto:')
  return (
    <div className="flex flex-col gap-2 px-3 py-2">
      <label className="flex flex-wrap items-center gap-2">
        <span>
          Read the {source.side}s of <span className="font-mono">{topic}</span> as
        </span>
        <Select
          value={current}
          disabled={choose.isPending}
          onChange={({ target }) => choose.mutate(target.value === '' ? null : target.value)}
        >
          <option value="">what is found (automatic)</option>
          {isListed ? null : <option value={current}>{side.choice?.name}</option>}
          <optgroup label="Formats">
            {Object.entries(plainChoices).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </optgroup>
          {types.length === 0 ? null : (
            <optgroup label="Types of the .proto files">
              {types.map((type) => (
                <option key={type} value={`proto:${type}`}>
                  {type}
                </option>
              ))}
            </optgroup>
          )}
        </Select>
      </label>
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (isWanted) choose.mutate(wanted)
        }}
      >
        <label className="flex items-center gap-2">
          or by the schema of id
          <Input
            value={schemaId}
            onChange={({ target }) => setSchemaId(target.value)}
            inputMode="numeric"
            className="w-24 font-mono"
          />
        </label>
        <Button type="submit" disabled={!isWanted || choose.isPending}>
          Read by this schema
        </Button>
      </form>
      <p className="text-small text-muted">
        {chosen ? (
          <>
            {chosen.name}: chosen by {chosen.by}, <Ago at={chosen.atMs} />.{' '}
          </>
        ) : null}
        A choice holds for every message of the topic and for everybody, in lists and searches, too.
      </p>
      {known.data?.protoProblem ? <p className="text-small text-warning">{known.data.protoProblem}</p> : null}
      {choose.error || known.error ? (
        <p role="alert" className="text-small text-critical">
          {choose.error ? 'The choice was not taken' : 'Choices could not be read'}:{' '}
          {problemOfError(choose.error ?? known.error).detail}
        </p>
      ) : null}
    </div>
  )
}

/** Why this decoder and not another, and the choice of another. */
export const DecoderPanel = ({
  side,
  source,
}: {
  readonly side: DecodedSide
  readonly source: PayloadSource | undefined
}) => (
  <div className="border-b border-line bg-page" data-testid="decoders">
    {source ? <Picker side={side} source={source} /> : null}
    {side.reports ? (
      <div className="border-t border-line py-1 first:border-t-0">
        <Reports reports={side.reports} />
      </div>
    ) : null}
  </div>
)
