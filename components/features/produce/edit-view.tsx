'use client'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { LetterEditCheck, LetterEditForm } from '#server/contracts/letter-edits.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { EditChangesView } from '../../patterns/edit-changes.tsx'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { SendButton } from '../../patterns/send-panel.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { editedAs } from './draft-form.ts'
import { type EditForm, editDraftOf, formOfLetter } from './edit-form.ts'
import { EditHeaders } from './edit-headers.tsx'
import { SideEditor } from './side-editor.tsx'
import { useSettled } from './use-settled.ts'

const checkAfterMs = 350

/** Edits one dead letter, to be replayed by a plan of its own. Nothing is sent from here. */
export const EditView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showLetterEdit, { params: { connection, id } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const letter = query.data?.letter
  return (
    <PageShell
      title={letter ? `Edit ${letter.keyText ?? `${letter.topic} ${letter.position}`}` : 'Edit a dead letter'}
      meta={
        letter ? (
          <>
            <Link href={routes.deadLetter(connection, id)} className="link font-mono text-small">
              {letter.topic} {letter.position}
            </Link>
            <span>goes to {letter.originTopic ?? 'a topic that is not known'}</span>
          </>
        ) : null
      }
      actions={<LinkButton href={routes.deadLetter(connection, id)}>The letter as it died</LinkButton>}
    >
      <QueryPanel
        query={query}
        list={listLinks.failureGroups(connection)}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,3fr) minmax(320px,2fr)"
            sections={[
              [
                ['Key', 2],
                ['Value', 10],
                ['Headers', 6],
              ],
              [['What is changed', 8]],
            ]}
          />
        }
      >
        {(data) => <Editor connection={connection} id={id} data={data} />}
      </QueryPanel>
    </PageShell>
  )
}

const Editor = ({
  connection,
  id,
  data,
}: {
  readonly connection: string
  readonly id: string
  readonly data: LetterEditForm
}) => {
  const router = useRouter()
  const [start] = useState(() => formOfLetter(data))
  const [form, setForm] = useState<EditForm>(start)
  const settled = useSettled(form, checkAfterMs)
  const draft = editDraftOf(settled, start)
  const checking = useQuery({
    queryKey: ['edit-check', connection, id, draft],
    queryFn: ({ signal }) =>
      callEndpoint(endpoints.checkLetterEdit, { params: { connection, id }, body: draft }, signal),
    enabled: data.refusal === null,
    placeholderData: keepPreviousData,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
  })
  const plan = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.planLetterEdit, { params: { connection, id }, body: editDraftOf(form, start) }),
    onSuccess: ({ planId }) => router.push(routes.replayPlan(connection, planId)),
  })
  const change = (more: Partial<EditForm>): void => {
    plan.reset()
    setForm((now) => ({ ...now, ...more }))
  }
  const check = checking.data ?? null
  const isStale = settled !== form || checking.isFetching
  const { letter, message, payloadAt } = data
  const isPointer = payloadAt.topic !== letter.topic || payloadAt.position !== letter.position
  if (data.refusal !== null)
    return (
      <Section title="It can not be edited">
        <p className="text-warning">{data.refusal}</p>
      </Section>
    )
  return (
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(320px,2fr)] items-start gap-3 max-[1100px]:grid-cols-1">
      <div className="flex min-w-0 flex-col gap-3">
        {isPointer ? (
          <p className="text-muted">
            The letter holds no payload. What is edited is the record that died,{' '}
            <Link
              href={routes.message(connection, payloadAt.topic, payloadAt.position)}
              className="link font-mono text-small"
            >
              {payloadAt.topic} {payloadAt.position}
            </Link>
            .
          </p>
        ) : null}
        {(['key', 'value'] as const).map((name) => (
          <SideEditor
            key={name}
            name={name}
            form={form[name]}
            hasOriginal={message[name].kind !== 'null'}
            isEdited={form[name].as !== start[name].as}
            isSchemaFixed
            check={check?.[name] ?? null}
            onChange={(side) => change({ [name]: side })}
            onEditOriginal={() => change({ [name]: { ...form[name], as: editedAs(message, name) } })}
          />
        ))}
        <EditHeaders
          headers={form.headers}
          start={start}
          rules={data.headerRules}
          problems={check?.headers ?? []}
          onChange={(headers) => change({ headers })}
        />
      </div>
      <Section title="What is changed" padded={false} className="sticky top-16">
        <QueryPanel
          query={checking}
          skeleton={
            <div className="p-3">
              <LinesSkeleton lines={8} />
            </div>
          }
        >
          {(checked) => (
            <>
              {checked.changes === null ? null : (
                <EditChangesView
                  changes={checked.changes}
                  connection={connection}
                  topic={payloadAt.topic}
                  position={payloadAt.position}
                />
              )}
              <div role="status" className="border-t border-line p-3">
                <EditVerdict check={checked} needsApproval={data.mode === 'approved'} />
              </div>
            </>
          )}
        </QueryPanel>
        <div className="flex flex-col gap-2 border-t border-line p-3">
          <SendButton
            send={plan}
            effect={{ ready: 'Plan the replay of the edited letter', pending: 'Planning…' }}
            refusal={null}
            isReady={check?.mayPlan === true && !isStale}
          />
          <p className="text-small text-muted">
            The plan shows who would receive it. Nothing is sent before it is started.
          </p>
        </div>
      </Section>
    </div>
  )
}

const EditVerdict = ({
  check,
  needsApproval,
}: {
  readonly check: LetterEditCheck
  readonly needsApproval: boolean
}) => {
  const inFields = check.headers.length + check.key.problems.length + check.value.problems.length
  const problems = [
    ...check.problems,
    ...(inFields === 0 ? [] : [`Wrong in ${sayMany(inFields, 'field')}, see there.`]),
  ]
  return (
    <ul className="flex flex-col gap-1">
      {problems.map((problem) => (
        <li key={problem} className="flex gap-2 text-critical">
          <CircleX aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span>{problem}</span>
        </li>
      ))}
      {check.warnings.map((warning) => (
        <li key={warning} className="flex gap-2 text-warning">
          <TriangleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span>{warning}</span>
        </li>
      ))}
      {problems.length === 0 ? (
        <li className="flex gap-2 text-ok">
          <CircleCheck aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span>
            It can be planned.{needsApproval ? ' Another person has to approve it before it is sent.' : ''}
          </span>
        </li>
      ) : null}
    </ul>
  )
}
