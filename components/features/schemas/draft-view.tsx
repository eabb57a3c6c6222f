'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useQueryStates } from 'nuqs'
import { useState } from 'react'
import { findChoice, schemaTypes } from '#server/contracts/choices.ts'
import type { SchemaTypeName } from '#server/contracts/schemas.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { ReasonField, SendButton } from '../../patterns/send-panel.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { DraftChanges, DraftRules } from './draft-result.tsx'
import { typeWords } from './schema-words.tsx'
import { draftSearch } from './subject-list-address.ts'

const referenceLine = /^(\S+)\s*=\s*(\S+)\s+v?([1-9]\d{0,9})$/

/** Lines `name = subject version` as references; the number of the first line that is none. */
const readReferences = (text: string) => {
  const lines = text.split('\n').map((line) => line.trim())
  const references = lines.flatMap((line) => {
    const [, name, subject, version] = referenceLine.exec(line) ?? []
    return name === undefined || subject === undefined ? [] : [{ name, subject, version: Number(version) }]
  })
  const wrong = lines.findIndex((line) => line !== '' && !referenceLine.test(line))
  return { references, wrongLine: wrong === -1 ? null : wrong + 1 }
}

type Draft = { readonly type: SchemaTypeName; readonly text: string; readonly references: string }
const blank: Draft = { type: 'AVRO', text: '', references: '' }

/** Writes the next version of a subject, or the first of a new one: tried against the latest before it is registered. */
export const DraftView = ({ connection }: { readonly connection: string }) => {
  const [{ subject }, setView] = useQueryStates(draftSearch)
  // What one types is not asked for by each letter: the subject of the address is where the page began.
  const [begun] = useState(subject)
  const latest = useQuery({
    ...endpointQuery(endpoints.showSchemaVersion, {
      params: { connection, subject: begun, version: 'latest' },
    }),
    enabled: begun !== '',
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
  })
  const isNew = begun === '' || problemOfError(latest.error).code === 'not-found'
  return (
    <PageShell
      title={begun === '' ? 'New subject' : 'New version of'}
      name={begun === '' ? undefined : begun}
      meta={<span>Nothing is registered before the button says so.</span>}
    >
      {begun === '' ? (
        <label className="flex items-center gap-3">
          <span className="text-muted">Subject</span>
          <Input
            value={subject}
            placeholder="orders-value"
            spellCheck={false}
            onChange={(event) => void setView({ subject: event.target.value })}
            className="w-96 font-mono text-small"
          />
          <span className="text-small text-muted">by habit the topic’s name with -key or -value</span>
        </label>
      ) : null}
      {isNew && !latest.isLoading ? (
        <Editor connection={connection} subject={subject} first={blank} />
      ) : (
        <QueryPanel
          query={latest}
          list={listLinks.subjects(connection)}
          skeleton={
            <Section title="Draft" padded={false}>
              <LinesSkeleton lines={16} />
            </Section>
          }
        >
          {({ text, type, references }) => (
            <Editor
              connection={connection}
              subject={subject}
              first={{
                type,
                text,
                references: references.map((one) => `${one.name} = ${one.subject} ${one.version}`).join('\n'),
              }}
            />
          )}
        </QueryPanel>
      )}
    </PageShell>
  )
}

const Editor = ({
  connection,
  subject,
  first,
}: {
  readonly connection: string
  readonly subject: string
  readonly first: Draft
}) => {
  const router = useRouter()
  const client = useQueryClient()
  const [draft, setDraft] = useState(first)
  const [reason, setReason] = useState('')
  const { references, wrongLine } = readReferences(draft.references)
  const body = { type: draft.type, text: draft.text, references }
  const { confirm, isConfirmed, refusal, field } = useConfirmation(connection, subject)
  const test = useMutation({
    mutationFn: (tested: string) =>
      callEndpoint(endpoints.testSchema, { params: { connection, subject: tested }, body }),
  })
  const register = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.registerSchema, {
        params: { connection, subject },
        body: { ...body, confirm, reason },
      }),
    onSuccess: async ({ version }) => {
      router.push(routes.schemaVersion(connection, subject, version))
      await client.invalidateQueries({ queryKey: ['schemas'] })
    },
  })
  const change = (next: Partial<Draft>): void => {
    setDraft({ ...draft, ...next })
    test.reset()
    register.reset()
  }
  const isReady = subject !== '' && draft.text.trim() !== '' && wrongLine === null
  // What was tried for one subject says nothing of another: its rules and its versions are others.
  const isOfSubject = test.variables === subject
  const verdict = isOfSubject ? test.data : undefined
  const refused = verdict?.rules.some(
    ({ demanded, passes, by }) => demanded && by === 'registry' && passes === false,
  )
  return (
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(320px,2fr)] items-start gap-3 max-[1100px]:grid-cols-1">
      <Section
        title="Draft"
        padded={false}
        aside={
          <Select
            aria-label="Type of the schema"
            value={draft.type}
            onChange={(event) => change({ type: findChoice(schemaTypes, event.target.value) ?? 'AVRO' })}
          >
            {schemaTypes.map((type) => (
              <option key={type} value={type}>
                {typeWords[type]}
              </option>
            ))}
          </Select>
        }
      >
        <textarea
          aria-label="Text of the draft"
          aria-invalid={verdict?.problem != null}
          value={draft.text}
          spellCheck={false}
          autoCapitalize="off"
          onChange={(event) => change({ text: event.target.value })}
          rows={24}
          className="block w-full resize-y bg-panel p-3 font-mono text-small leading-5 text-text outline-offset-[-2px]"
        />
        {verdict?.problem == null ? null : (
          <p role="alert" className="border-t border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
            The draft can not be read: {verdict.problem}
          </p>
        )}
        <label className="block border-t border-line px-3 py-2">
          <span className="text-muted">
            References, one a line: <code className="font-mono text-small">name = subject version</code>
          </span>
          <textarea
            value={draft.references}
            rows={2}
            spellCheck={false}
            aria-invalid={wrongLine !== null}
            onChange={(event) => change({ references: event.target.value })}
            className="mt-1 block w-full resize-y rounded-base border border-line-strong bg-panel p-2 font-mono text-small"
          />
          {wrongLine === null ? null : (
            <span role="alert" className="text-critical">
              Line {wrongLine} is not of the form name = subject version.
            </span>
          )}
        </label>
      </Section>
      <div className="flex min-w-0 flex-col gap-3">
        <Section title="Try and register">
          <div className="flex flex-col gap-3">
            <Button
              disabled={!isReady || (isOfSubject && test.isPending)}
              onClick={() => test.mutate(subject)}
              className="justify-center"
            >
              {isOfSubject && test.isPending ? 'Trying…' : 'Try against the latest version'}
            </Button>
            <ProblemLine error={isOfSubject ? test.error : null} />
            <ReasonField value={reason} onChange={setReason} />
            <SendButton
              send={register}
              effect={{
                ready:
                  verdict === undefined
                    ? 'Try it first'
                    : verdict.problem !== null
                      ? 'The draft can not be read'
                      : refused
                        ? 'The registry would refuse it'
                        : `Register ${verdict.latest === null ? 'the first version' : 'the next version'} of ${subject}`,
                pending: 'Registering…',
              }}
              refusal={refusal === null ? null : `Can not be registered: ${refusal}`}
              isReady={verdict !== undefined && verdict.problem === null && refused !== true && isConfirmed}
            >
              {field}
            </SendButton>
            <p className="text-small text-muted">
              A version that is registered can be deleted softly afterwards; producers that send with it by
              then go on doing so.
            </p>
          </div>
        </Section>
        {verdict && verdict.problem === null ? <DraftRules verdict={verdict} /> : null}
      </div>
      {verdict?.meaning ? <DraftChanges verdict={verdict} /> : null}
    </div>
  )
}
