'use client'
import dynamic from 'next/dynamic'

/** The details of a message beside its list. Loaded when the first are looked at: a page opens without them. */
export const LazyMessagePanel = dynamic(
  () => import('./message-panel.tsx').then((module) => module.MessagePanel),
  { ssr: false },
)
