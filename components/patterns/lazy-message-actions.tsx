'use client'
import dynamic from 'next/dynamic'
import { commands } from '../client/commands.ts'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'

const load = () => import('./message-actions.tsx').then((module) => module.MessageActions)

/** The menu of a message in a row, opened by few: it comes after the page. */
export const LazyRowActions = dynamic(load, {
  ssr: false,
  loading: () => <span className="inline-block size-5" />,
})

/** The menu of the message that a page is about. */
export const LazyMessageActions = dynamic(load, {
  ssr: false,
  loading: () => (
    <Button disabled>
      Copy, produce again <Kbd>{commands['message-menu'].keys}</Kbd>
    </Button>
  ),
})
