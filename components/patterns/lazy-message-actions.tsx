'use client'
import dynamic from 'next/dynamic'

/** The menu of a message, opened by few: it comes after the page. */
export const LazyMessageActions = dynamic(
  () => import('./message-actions.tsx').then((module) => module.MessageActions),
  { ssr: false },
)
