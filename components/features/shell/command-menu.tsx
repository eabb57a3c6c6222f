'use client'
import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { useRouter } from 'next/navigation'
import { useDeferredValue, useRef, useState } from 'react'
import type { FindHit } from '#server/contracts/find.ts'
import { formatTerm, parseSearch } from '#server/contracts/message-search.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { type CommandId, commands } from '../../client/commands.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'

const addressOf = (connection: string, { noun, id }: FindHit): string => {
  switch (noun) {
    case 'topic':
      return routes.topic(connection, id)
    case 'group':
      return routes.group(connection, id)
    case 'subject':
      return routes.subject(connection, id)
    case 'failure-group':
      return routes.failureGroup(connection, id)
    case 'dead-letter':
      return routes.deadLetter(connection, id)
    case 'replay':
      return routes.replay(connection, id)
    case 'trace':
      return routes.trace(connection, id)
    case 'message-key':
      return routes.traces(connection, { q: id })
  }
}

const nounWords = {
  topic: 'Topic',
  group: 'Consumer group',
  subject: 'Subject',
  'failure-group': 'Failure group',
  'dead-letter': 'Dead letter',
  replay: 'Replay',
  trace: 'Trace',
  'message-key': 'Key or order',
} as const satisfies Record<FindHit['noun'], string>

/** What was typed as a search of messages: as it is where it reads as one, else as a text. */
const searchOf = (text: string): string =>
  parseSearch(text).ok ? text : formatTerm({ kind: 'text', text, negated: false })

const optionOf = ({ noun, id }: FindHit): string => `${noun} ${id}`
const searchValue = 'search-messages'
const movingKeys: ReadonlySet<string> = new Set(['ArrowDown', 'ArrowUp', 'Home', 'End'])

/** The palette: pages and actions by name, and what the server finds by name, id or key. */
export const CommandMenu = ({
  connection,
  onClose,
  run,
}: {
  readonly connection: string
  readonly onClose: () => void
  readonly run: Partial<Record<CommandId, () => void>>
}) => {
  const router = useRouter()
  const [text, setText] = useState('')
  const [movedTo, setMovedTo] = useState<string | null>(null)
  /** What is selected next is what somebody moves to, by key or pointer, and not the palette itself. */
  const isMoving = useRef(false)
  const asked = useDeferredValue(text.trim())
  const found = useQuery({
    ...endpointQuery(endpoints.findAnything, { params: { connection }, query: { q: asked } }),
    enabled: asked.length > 0,
    refetchInterval: false,
  })
  const hits = asked === '' ? [] : (found.data?.hits ?? [])
  const actions = (Object.keys(run) as CommandId[]).filter(
    (id) => id !== 'open-palette' && commands[id].title.toLowerCase().includes(asked.toLowerCase()),
  )
  const close = (then: () => void) => () => {
    onClose()
    then()
  }
  const place = /^(\S+)\s+(\d+@\d+)$/.exec(asked)
  const values = [
    ...(place === null ? [] : [`place ${asked}`]),
    ...hits.map(optionOf),
    ...(asked === '' ? [] : [searchValue]),
    ...actions,
  ]
  // The first stands ready for Enter, whatever comes while one types, until somebody moves to another.
  const selected = movedTo !== null && values.includes(movedTo) ? movedTo : (values[0] ?? '')
  const move = () => {
    isMoving.current = true
  }
  const itemClass =
    'flex h-8 cursor-pointer items-center gap-3 rounded-small px-2 data-[selected=true]:bg-selected'
  return (
    <Dialog open onOpenChange={onClose} title="Find" hideTitle>
      <Command
        shouldFilter={false}
        label="Find"
        value={selected}
        onValueChange={(value) => {
          if (isMoving.current) setMovedTo(value)
        }}
        onKeyDown={({ key, ctrlKey }) => {
          if (ctrlKey || movingKeys.has(key)) move()
        }}
      >
        <Command.Input
          value={text}
          onValueChange={(typed) => {
            isMoving.current = false
            setMovedTo(null)
            setText(typed)
          }}
          autoFocus
          placeholder="Topic, group, error, order, trace id, or an action"
          className="h-11 w-full border-b border-line bg-raised px-4 text-lead text-text outline-none placeholder:text-faint"
        />
        <Command.List onPointerMove={move} className="max-h-[50vh] overflow-y-auto p-1.5">
          {place === null ? null : (
            <Command.Item
              value={`place ${asked}`}
              onSelect={close(() =>
                router.push(routes.topic(connection, place[1] ?? '', { at: place[2] ?? '' })),
              )}
              className={itemClass}
            >
              <span className="w-32 shrink-0 whitespace-nowrap text-small text-muted">Position</span>
              <span className="min-w-0 flex-1 truncate font-mono text-small">
                {place[1]} {place[2]}
              </span>
              <span className="text-small text-muted">open the messages around it</span>
            </Command.Item>
          )}
          {asked === '' ? null : (
            // As high with answers as without: what stands below stays in its place while one aims at it.
            <Command.Group
              heading="Found"
              className="h-[188px] overflow-y-auto border-b border-line [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-muted"
            >
              {hits.length === 0 ? (
                <p className="px-2 py-1.5 text-muted">
                  {found.isPending
                    ? 'Looking…'
                    : found.error
                      ? 'It could not be looked for.'
                      : `Nothing is called “${asked}”.`}
                </p>
              ) : null}
              {hits.map((hit) => (
                <Command.Item
                  key={optionOf(hit)}
                  value={optionOf(hit)}
                  onSelect={close(() => router.push(addressOf(connection, hit)))}
                  className={itemClass}
                >
                  <span className="w-32 shrink-0 whitespace-nowrap text-small text-muted">
                    {nounWords[hit.noun]}
                  </span>
                  <span className="min-w-0 flex-1 truncate font-mono text-small">{hit.title}</span>
                  <span className="max-w-48 truncate text-small text-muted">{hit.detail}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {asked === '' ? null : (
            <Command.Item
              value={searchValue}
              onSelect={close(() => router.push(routes.messages(connection, { search: searchOf(asked) })))}
              className={itemClass}
            >
              <span className="min-w-0 flex-1 truncate">Search the messages of all topics for “{asked}”</span>
            </Command.Item>
          )}
          {actions.length > 0 ? (
            <Command.Group
              heading="Pages and actions"
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-muted"
            >
              {actions.map((id) => (
                <Command.Item key={id} value={id} onSelect={close(() => run[id]?.())} className={itemClass}>
                  <span className="flex-1">{commands[id].title}</span>
                  <Kbd>{commands[id].keys}</Kbd>
                </Command.Item>
              ))}
            </Command.Group>
          ) : null}
        </Command.List>
      </Command>
    </Dialog>
  )
}
