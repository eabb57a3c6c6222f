'use client'
import { makeLatePart } from '../../ui/late-part.tsx'

/** The details of a message beside its list. Loaded when the page is idle: a page opens without them. */
export const [LazyMessagePanel, loadMessagePanel] = makeLatePart(() =>
  import('./message-panel.tsx').then((module) => module.MessagePanel),
)
