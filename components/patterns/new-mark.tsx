'use client'
import { ArrowUp } from 'lucide-react'
import { useLive } from '../client/live-provider.tsx'
import { Button } from '../ui/button.tsx'

/** “12 new”: what has come and waits, so that nothing moves while one reads. With Live on nothing waits. */
export const NewMark = ({
  waiting,
  words,
  onBring,
}: {
  readonly waiting: number
  /** `12 new`, `3 new spans`. */
  readonly words: string
  readonly onBring: () => void
}) => {
  const { isOn } = useLive()
  const isShown = waiting > 0 && !isOn
  return (
    <>
      {isShown ? (
        <div className="pointer-events-none absolute inset-x-0 top-1 z-10 flex justify-center">
          <Button kind="notice" data-waiting={waiting} onClick={onBring} className="pointer-events-auto">
            <ArrowUp aria-hidden size={13} />
            {words}
          </Button>
        </div>
      ) : null}
      <span role="status" className="sr-only">
        {isShown ? `${words}, not shown yet` : ''}
      </span>
    </>
  )
}
