'use client'
import type { ComponentProps } from 'react'
import { makeLatePart } from './late-part.tsx'

/** `loadDialog` loads what an open dialog is made of: a page opens without it. */
const [DialogPanel, loadDialog] = makeLatePart(() =>
  import('./dialog-panel.tsx').then((module) => module.DialogPanel),
)

export { loadDialog }

/** A dialog over the page. Esc closes it and the focus returns to where it was. */
export const Dialog = ({
  open,
  ...panel
}: ComponentProps<typeof DialogPanel> & { readonly open: boolean }) =>
  open ? <DialogPanel {...panel} /> : null
