'use client'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Direction, NearMessage } from '#server/contracts/near-message.ts'
import { callEndpoint } from '../client/call-endpoint.ts'
import { commands } from '../client/commands.ts'
import { endpoints } from '../client/endpoints.ts'
import { problemOfError } from '../client/problem-error.ts'
import { useHotkey } from '../client/use-hotkey.ts'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { formatBytes, formatCount, sayMany } from './quantity.ts'

type By = 'same-key' | 'position'
type Look = { readonly by: By; readonly direction: Direction; readonly from?: string }
type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'looking'; readonly look: Look }
  | { readonly kind: 'nothing'; readonly look: Look; readonly answer: NearMessage }
  | { readonly kind: 'failed'; readonly look: Look; readonly error: unknown }

const idle: State = { kind: 'idle' }
const side = { previous: 'before', next: 'after' } as const

/** What a look has come to that found nothing, in a sentence. */
const nothingWords = (
  { by, direction }: Look,
  { scan, goOnFrom }: NearMessage,
  partition: string,
): string => {
  const what = by === 'same-key' ? 'of this key ' : ''
  const read = `${sayMany(scan.messages, 'message')}, ${formatBytes(scan.bytes)} read`
  const [failed] = scan.errors
  if (failed) return `Partition ${failed.partition} could not be read: ${failed.detail}`
  if (goOnFrom === null)
    return `None ${what}${side[direction]} it in partition ${partition}${scan.messages === '0' ? '.' : `: ${read}.`}`
  return `None ${what}found within the budget: ${read}, ${direction === 'previous' ? 'back' : 'on'} to offset ${formatCount(goOnFrom)}.`
}

/**
 * Leads from one message to its neighbours: the next and previous of the same key (`[` and `]`), and, with
 * `byPosition`, the next and previous in the partition (`j` and `k`). What is not found is said, with how far was read.
 */
export const MessageSteps = ({
  connection,
  topic,
  position,
  hasKey,
  byPosition = false,
  onGo,
}: {
  readonly connection: string
  readonly topic: string
  readonly position: string
  /** False for a null key, unknown (true) while the message is on its way, null where there is no message. */
  readonly hasKey: boolean | null
  readonly byPosition?: boolean
  readonly onGo: (position: string) => void
}) => {
  const [state, setState] = useState<State>(idle)
  const running = useRef<AbortController | null>(null)
  const [partition = ''] = position.split('@')
  useEffect(() => {
    setState(idle)
    return () => running.current?.abort()
  }, [connection, topic, position])

  const look = async (wanted: Look): Promise<void> => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState({ kind: 'looking', look: wanted })
    try {
      const input = {
        params: { connection, topic, position },
        query: {
          direction: wanted.direction,
          ...(wanted.from === undefined ? {} : { from: wanted.from }),
        },
      }
      const answer = await (wanted.by === 'same-key'
        ? callEndpoint(endpoints.findSameKey, input, controller.signal)
        : callEndpoint(endpoints.findNeighbour, input, controller.signal))
      if (controller.signal.aborted) return
      if (answer.message === null) setState({ kind: 'nothing', look: wanted, answer })
      else onGo(answer.message.position)
    } catch (error) {
      if (!controller.signal.aborted) setState({ kind: 'failed', look: wanted, error })
    }
  }
  const cancel = (): void => {
    running.current?.abort()
    setState(idle)
  }
  useHotkey(
    commands['same-key-before'].keys,
    () => void look({ by: 'same-key', direction: 'previous' }),
    hasKey === true,
  )
  useHotkey(
    commands['same-key-next'].keys,
    () => void look({ by: 'same-key', direction: 'next' }),
    hasKey === true,
  )
  useHotkey(commands['row-up'].keys, () => void look({ by: 'position', direction: 'previous' }), byPosition)
  useHotkey(commands['row-down'].keys, () => void look({ by: 'position', direction: 'next' }), byPosition)

  const button = (by: By, direction: Direction) => {
    const isBack = direction === 'previous'
    const keys =
      by === 'same-key'
        ? commands[isBack ? 'same-key-before' : 'same-key-next'].keys
        : commands[isBack ? 'row-up' : 'row-down'].keys
    const isNull = by === 'same-key' && !hasKey
    return (
      <Button
        size="small"
        disabled={isNull}
        title={
          isNull
            ? 'This message has no key (null): there is no other of the same key'
            : `${isBack ? 'Previous' : 'Next'} message ${by === 'same-key' ? 'of the same key' : 'of the partition'} (${keys})`
        }
        onClick={() => void look({ by, direction })}
      >
        {isBack ? <ChevronLeft aria-hidden size={13} /> : null}
        {isBack ? 'Previous' : 'Next'}
        <span className="sr-only">{by === 'same-key' ? ' of the same key' : ' of the partition'}</span>
        {isBack ? null : <ChevronRight aria-hidden size={13} />}
        <Kbd>{keys}</Kbd>
      </Button>
    )
  }
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-small">
      {hasKey === null ? null : (
        <>
          <span className="text-muted">Same key</span>
          {button('same-key', 'previous')}
          {button('same-key', 'next')}
        </>
      )}
      {byPosition ? (
        <>
          <span className={hasKey === null ? 'text-muted' : 'ml-2 text-muted'}>Partition {partition}</span>
          {button('position', 'previous')}
          {button('position', 'next')}
        </>
      ) : null}
      <span role="status" className="flex min-h-6 flex-wrap items-center gap-2">
        {state.kind === 'looking' ? (
          <>
            <span className="text-muted">
              Looking {side[state.look.direction]} it in partition {partition}…
            </span>
            <Button kind="bare" size="small" onClick={cancel}>
              Cancel
            </Button>
          </>
        ) : null}
        {state.kind === 'nothing' ? (
          <>
            <span className={state.answer.goOnFrom === null ? 'text-muted' : 'text-warning'}>
              {nothingWords(state.look, state.answer, partition)}
            </span>
            {state.answer.goOnFrom === null ? null : (
              <Button
                size="small"
                onClick={() => void look({ ...state.look, from: state.answer.goOnFrom ?? '' })}
              >
                Continue
              </Button>
            )}
          </>
        ) : null}
        {state.kind === 'failed' ? (
          <span className="text-critical">
            {problemOfError(state.error).title}: {problemOfError(state.error).detail}
          </span>
        ) : null}
      </span>
    </div>
  )
}
