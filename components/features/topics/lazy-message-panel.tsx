'use client'
import { makeLatePart } from '../../ui/late-part.tsx'

/** The details of a message beside its list. Loaded when the first are looked at: a page opens without them. */
export const [LazyMessagePanel] = makeLatePart(() =>
  import('./message-panel.tsx').then((module) => module.MessagePanel),
)
