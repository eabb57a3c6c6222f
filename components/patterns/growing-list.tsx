'use client'
import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { NewMark } from './new-mark.tsx'
import { ProblemLine } from './problem-line.tsx'
import { formatCount } from './quantity.ts'

/**
 * The frame of a list that grows at its head: what is new waits behind “12 new” until it is clicked or the pointer
 * leaves the list, so that nothing moves while one reads. With Live on it comes by itself.
 *
 * `<GrowingList {...useGrowingList(…)} more="Older traces"><QueryPanel …/></GrowingList>`
 */
export const GrowingList = ({
  waiting,
  isWaitingAtLeast,
  bring,
  list,
  more,
  hasMore = true,
  children,
}: {
  readonly waiting: number
  readonly isWaitingAtLeast: boolean
  readonly bring: () => void
  readonly list: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly isFetchNextPageError: boolean
    readonly error: unknown
    readonly fetchNextPage: () => unknown
  }
  /** Words of the button that reads further back. */
  readonly more: string
  /** False where the panel itself offers to read on. */
  readonly hasMore?: boolean
  readonly children: ReactNode
}) => {
  return (
    <div className="relative" onPointerLeave={waiting > 0 ? bring : undefined}>
      <NewMark
        waiting={waiting}
        words={`${formatCount(waiting)}${isWaitingAtLeast ? ' or more' : ''} new`}
        onBring={bring}
      />
      {children}
      {list.hasNextPage && hasMore ? (
        <div className="flex items-center gap-3 border-t border-line p-2">
          <Button onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
            {list.isFetchingNextPage ? 'Reading…' : more}
          </Button>
          <ProblemLine error={list.isFetchNextPageError ? list.error : null} />
        </div>
      ) : null}
    </div>
  )
}
