'use client'
import { useQuery } from '@tanstack/react-query'
import { Check, Ellipsis } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import type { MessageCopies } from '#server/contracts/copy-message.ts'
import { endpointStill } from '../client/call-endpoint.ts'
import { commands } from '../client/commands.ts'
import { endpoints } from '../client/endpoints.ts'
import { problemOfError } from '../client/problem-error.ts'
import { routes } from '../client/routes.ts'
import { useHotkey } from '../client/use-hotkey.ts'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { Menu, MenuItem, MenuLine, MenuNote } from '../ui/menu.tsx'

type Form = {
  readonly id: string
  readonly title: string
  readonly of: (copies: MessageCopies) => string | { readonly why: string }
}

const commandOf = (line: MessageCopies['kcatProduce']): string | { readonly why: string } =>
  'command' in line ? line.command : { why: line.problem }

const forms: readonly Form[] = [
  { id: 'json', title: 'Copy as JSON', of: ({ json }) => json },
  { id: 'kcat-read', title: 'Copy as kcat: read it', of: ({ kcatConsume }) => kcatConsume },
  {
    id: 'kcat-produce',
    title: 'Copy as kcat: produce it again',
    of: ({ kcatProduce }) => commandOf(kcatProduce),
  },
  { id: 'curl-read', title: 'Copy as curl: read it from Spillway', of: ({ curlRead }) => curlRead },
  { id: 'curl-produce', title: 'Copy as curl: produce it by Spillway', of: ({ curlProduce }) => curlProduce },
]

const isInRow = (element: Element | null): boolean => element?.closest('[data-row]') !== null

/**
 * What can be done with one message: copy it, lossless, as JSON, kcat or curl; its link; produce it again. `m` opens it:
 * in a row (`compact`) that of the row with the focus, elsewhere the page's own.
 */
export const MessageActions = ({
  connection,
  topic,
  position,
  compact = false,
}: {
  readonly connection: string
  readonly topic: string
  readonly position: string
  readonly compact?: boolean
}) => {
  const router = useRouter()
  const trigger = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const [copied, setCopied] = useState<string | null>(null)
  const copies = useQuery({
    ...endpointStill(endpoints.copyMessage, {
      params: { connection, topic, position },
      query: { origin: typeof window === 'undefined' ? 'http://localhost' : window.location.origin },
    }),
    enabled: open,
  })
  const isMine = (): boolean => {
    const active = document.activeElement
    return compact
      ? active !== null &&
          isInRow(active) &&
          trigger.current?.closest('[data-row]') === active.closest('[data-row]')
      : !isInRow(active)
  }
  useHotkey(commands['message-menu'].keys, () => isMine() && setOpen(true))
  const copy = async (id: string, text: string): Promise<void> => {
    await navigator.clipboard?.writeText(text)
    setCopied(id)
  }
  const change = (next: boolean): void => {
    setOpen(next)
    setCopied(null)
  }
  const choose = async ({ id, of }: Form): Promise<void> => {
    const { data } = copies.data ? copies : await copies.refetch()
    const text = data ? of(data) : null
    if (typeof text === 'string') await copy(id, text)
  }
  // Until the texts are here every form can be chosen: else the first arrow key would start behind them.
  const whyNot = ({ of }: Form): string | null => {
    if (copies.error) return problemOfError(copies.error).detail
    const text = copies.data ? of(copies.data) : ''
    return typeof text === 'string' ? null : text.why
  }
  const item = (form: Form) => (
    <MenuItem key={form.id} staysOpen why={whyNot(form)} onSelect={() => void choose(form)}>
      {form.title}
      {copied === form.id ? <Copied /> : null}
    </MenuItem>
  )
  const label = `Copy ${topic} ${position}, or produce it again`
  return (
    <Menu
      open={open}
      onOpenChange={change}
      label={label}
      {...(compact ? { returnTo: () => trigger.current?.closest<HTMLElement>('[data-row]') } : {})}
      trigger={
        compact ? (
          <button
            ref={trigger}
            type="button"
            aria-label={label}
            title={`${label} (${commands['message-menu'].keys})`}
            tabIndex={-1}
            onClick={(event) => event.stopPropagation()}
            className="inline-flex size-5 items-center justify-center rounded-small align-middle text-muted hover:bg-hover hover:text-text data-[state=open]:bg-selected"
          >
            <Ellipsis aria-hidden size={14} />
          </button>
        ) : (
          <Button ref={trigger}>
            Copy, produce again <Kbd>{commands['message-menu'].keys}</Kbd>
          </Button>
        )
      }
    >
      {forms.map(item)}
      <MenuItem
        staysOpen
        onSelect={() =>
          void copy('link', `${window.location.origin}${routes.message(connection, topic, position)}`)
        }
      >
        Copy the link to this message
        {copied === 'link' ? <Copied /> : null}
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={() => router.push(routes.produce(connection, topic, { from: position }))}>
        Produce again…
      </MenuItem>
      {copies.data?.note ? <MenuNote>{copies.data.note}</MenuNote> : null}
    </Menu>
  )
}

const Copied = () => (
  <span role="status" className="ml-2 inline-flex items-center gap-1 text-small text-ok">
    <Check aria-hidden size={12} /> copied
  </span>
)
