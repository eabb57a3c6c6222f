'use client'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRef, useState } from 'react'
import type { MessageDetail } from '#server/contracts/messages.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Input } from '../../ui/input.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Select } from '../../ui/select.tsx'
import { BytesPreview, Verdict, WhatIsSent } from './check-panel.tsx'
import {
  type DraftForm,
  draftOf,
  editedAs,
  editsOf,
  emptyForm,
  formOfMessage,
  makeIdempotencyKey,
  timestampOf,
} from './draft-form.ts'
import { HeadersEditor } from './headers-editor.tsx'
import { SideEditor } from './side-editor.tsx'
import { useSeenSchemas } from './use-seen-schemas.ts'
import { useSettled } from './use-settled.ts'

const checkAfterMs = 350

type Props = {
  readonly connection: string
  readonly topic: string
  /** Of the message to produce again: its topic and position. */
  readonly from: { readonly topic: string; readonly position: string } | null
}

/** Produces one message: empty, or again from one that is there, its bytes kept until they are edited. */
export const ProduceView = ({ connection, topic, from }: Props) => {
  const original = useQuery({
    ...endpointQuery(endpoints.showMessage, {
      params: { connection, topic: from?.topic ?? topic, position: from?.position ?? '' },
    }),
    enabled: from !== null,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  return (
    <PageShell
      title={`Produce to ${topic}`}
      meta={
        from === null ? (
          <span>One message, checked before it is sent</span>
        ) : (
          <span className="flex min-w-0 gap-[1ch]">
            <span className="shrink-0">Again from</span>
            <Link
              href={routes.message(connection, from.topic, from.position)}
              className="link flex min-w-0 gap-[1ch] font-mono"
              title={`${from.topic} ${from.position}`}
            >
              <span className="truncate">{from.topic}</span>
              <span className="shrink-0"> {from.position}</span>
            </Link>
          </span>
        )
      }
      actions={<LinkButton href={routes.topic(connection, topic)}>Messages of the topic</LinkButton>}
    >
      {from === null ? (
        <EmptyEditor key={`${connection}/${topic}`} connection={connection} topic={topic} />
      ) : (
        <QueryPanel query={original} list={listLinks.messages(connection, from.topic)} skeleton={skeleton}>
          {(message) => (
            <Editor
              key={message.position}
              connection={connection}
              topic={topic}
              original={message}
              start={formOfMessage(topic, message)}
            />
          )}
        </QueryPanel>
      )}
    </PageShell>
  )
}

const skeleton = (
  <SectionsSkeleton
    columns="minmax(0,3fr) minmax(320px,2fr)"
    sections={[
      [
        ['Key', 2],
        ['Value', 10],
      ],
      [['What is sent', 8]],
    ]}
  />
)

/** The form comes when it is known what the topic's messages carry: it would move under who types already. */
const EmptyEditor = ({ connection, topic }: Pick<Props, 'connection' | 'topic'>) => {
  const seen = useSeenSchemas(connection, topic)
  if (seen === undefined) return skeleton
  return <Editor connection={connection} topic={topic} original={null} start={emptyForm(topic, seen)} />
}

const Editor = ({
  connection,
  topic,
  original,
  start: first,
}: {
  readonly connection: string
  readonly topic: string
  readonly original: MessageDetail | null
  /** The form at first; what comes as this later is not taken. */
  readonly start: DraftForm
}) => {
  const [start] = useState(first)
  const [form, setForm] = useState<DraftForm>(start)
  const [isConfirming, setConfirming] = useState(false)
  const idempotencyKey = useRef(makeIdempotencyKey())
  const facts = useQuery(endpointQuery(endpoints.showTopic, { params: { connection, topic } })).data?.data
  const connections = useQuery(endpointQuery(endpoints.listConnections))
  const current = connections.data?.connections.find(({ id }) => id === connection)
  const { confirm, isConfirmed, field } = useConfirmation(connection, topic)
  const settled = useSettled(form, checkAfterMs)
  const draft = draftOf(settled)
  const checking = useQuery({
    queryKey: ['draft-check', connection, topic, draft],
    queryFn: ({ signal }) =>
      callEndpoint(endpoints.checkMessage, { params: { connection, topic }, body: draft }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
  })
  const send = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.produceMessage, {
        params: { connection, topic },
        body: { ...draftOf(form), idempotencyKey: idempotencyKey.current, confirm },
      }),
    onSettled: () => setConfirming(false),
  })
  const change = (more: Partial<DraftForm>): void => {
    // What differs is another message: it is sent once of its own.
    idempotencyKey.current = makeIdempotencyKey()
    send.reset()
    setForm((now) => ({ ...now, ...more }))
  }
  const check = checking.data ?? null
  const edits = original === null ? [] : editsOf(form, start)
  const time = timestampOf(form.timestamp)
  const isStale = settled !== form || checking.isFetching
  const maySend =
    current !== undefined &&
    check?.maySend === true &&
    !isStale &&
    time !== undefined &&
    !send.isPending &&
    !send.isSuccess
  const timeWords =
    time === null || time === undefined ? 'the time of sending' : new Date(Number(time)).toISOString()
  const isProduction = current?.environment.production === true
  const sent = send.data
  const plan = check ? (
    <WhatIsSent
      connection={connection}
      connectionName={current?.name ?? connection}
      topic={topic}
      check={check}
      headers={form.headers.length}
      time={timeWords}
    />
  ) : null
  const buttonWords = (
    <span className="truncate">{send.isPending ? 'Sending…' : `Produce 1 message to ${topic}`}</span>
  )
  return (
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(320px,2fr)] items-start gap-3 max-[1100px]:grid-cols-1">
      <div className="flex min-w-0 flex-col gap-3">
        {(['key', 'value'] as const).map((name) => (
          <SideEditor
            key={name}
            name={name}
            form={form[name]}
            hasOriginal={original !== null && original[name].kind !== 'null'}
            isEdited={edits.includes(name)}
            check={check?.[name] ?? null}
            onChange={(side) => change({ [name]: side })}
            onEditOriginal={() =>
              original && change({ [name]: { ...form[name], as: editedAs(original, name) } })
            }
          />
        ))}
        <HeadersEditor
          headers={form.headers}
          isEdited={edits.includes('headers')}
          problems={check?.headers ?? []}
          onChange={(headers) => change({ headers })}
        />
        <Section title="Where and when">
          <div className="grid grid-cols-[max-content_minmax(0,1fr)] items-center gap-x-3 gap-y-2">
            <label htmlFor="produce-partition" className="text-muted">
              Partition
            </label>
            <div>
              <Select
                id="produce-partition"
                value={form.partition}
                onChange={(event) => change({ partition: event.target.value })}
              >
                <option value="">Automatic, by the key</option>
                {(facts?.partitionRows ?? []).map(({ partition }) => (
                  <option key={partition} value={String(partition)}>
                    {partition}
                  </option>
                ))}
              </Select>
            </div>
            <label htmlFor="produce-timestamp" className="text-muted">
              Timestamp
            </label>
            <div className="flex flex-wrap items-center gap-2">
              <Input
                id="produce-timestamp"
                className="w-72 font-mono text-small aria-invalid:border-critical"
                placeholder="the time of sending"
                aria-invalid={time === undefined}
                value={form.timestamp}
                onChange={(event) => change({ timestamp: event.target.value })}
              />
              <span className={time === undefined ? 'text-critical' : 'text-small text-muted'}>
                {time === undefined
                  ? 'is no time: 2026-11-21T03:00:00Z, or milliseconds since 1970'
                  : '2026-11-21T03:00:00Z, or milliseconds since 1970'}
              </span>
            </div>
          </div>
        </Section>
      </div>
      <Section title="What is sent" className="sticky top-16">
        <div className="flex flex-col gap-3">
          <QueryPanel query={checking} skeleton={<LinesSkeleton lines={9} />}>
            {(checked) => (
              <>
                {plan}
                <BytesPreview label="key" side={checked.key} />
                <BytesPreview label="value" side={checked.value} />
                <div role="status">
                  <Verdict check={checked} form={settled} />
                </div>
              </>
            )}
          </QueryPanel>
          {original === null ? null : (
            <p className={edits.length === 0 ? 'text-muted' : 'text-warning'}>
              {edits.length === 0
                ? `Same key, value and headers as ${original.position}, to the byte.`
                : `Differs from ${original.position} in: ${edits.join(', ')}.`}
            </p>
          )}
          <ProblemLine error={send.error} look="box" />
          {sent ? (
            <div
              role="status"
              className="flex flex-wrap items-center gap-2 rounded-base border border-ok-line bg-ok-bg px-3 py-2 text-ok"
            >
              <span className="min-w-0 wrap-anywhere">
                Written to {topic},{' '}
                {sent.position === null ? (
                  `partition ${sent.partition}; the broker did not tell its offset.`
                ) : (
                  <Link
                    href={routes.message(connection, topic, sent.position)}
                    className="link font-mono underline"
                  >
                    {sent.position}
                  </Link>
                )}
                {sent.repeated ? ' (it had been sent already)' : ''}
              </span>
              <Button size="small" onClick={() => change({})}>
                Produce another
              </Button>
            </div>
          ) : (
            <div>
              <Button
                kind="main"
                className="max-w-full"
                disabled={!maySend}
                onClick={() => (isProduction ? setConfirming(true) : send.mutate())}
              >
                {buttonWords}
              </Button>
              {current === undefined && !connections.isPending ? (
                <p role="status" className="mt-2 text-warning">
                  Nothing is sent: it could not be read whether this is a production connection. It is asked
                  again.
                </p>
              ) : null}
            </div>
          )}
        </div>
      </Section>
      <Dialog
        open={isConfirming}
        onOpenChange={setConfirming}
        title={`Produce 1 message to ${topic} on ${current?.environment.name ?? 'production'}`}
      >
        <div className="flex flex-col gap-3 p-4">
          <p>
            {current?.name ?? connection} is a production connection. A message that is written can not be
            taken back.
          </p>
          {plan}
          {field}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setConfirming(false)}>Close</Button>
            <Button
              kind="main"
              className="min-w-0"
              disabled={!maySend || !isConfirmed}
              onClick={() => send.mutate()}
            >
              {buttonWords}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}
