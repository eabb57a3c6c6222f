'use client'
import { Dialog as Primitive } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { classNames } from './class-names.ts'

/** An open dialog over the page. Esc closes it and the focus returns to where it was. */
export const DialogPanel = ({
  onOpenChange,
  title,
  hideTitle = false,
  className = 'w-[560px]',
  children,
}: {
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly hideTitle?: boolean
  readonly className?: string
  readonly children: ReactNode
}) => {
  // While it is drawn: a field within that takes the focus by itself has it before Radix tells.
  const [before] = useState(() => document.activeElement)
  return (
    <Primitive.Root open onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-page/70" />
        <Primitive.Content
          aria-describedby={undefined}
          // Radix knows where to return to only by a trigger of its own, and these dialogs have none.
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (before instanceof HTMLElement && before.isConnected) before.focus()
          }}
          className={classNames(
            'fixed top-[12vh] left-1/2 z-50 max-w-[calc(100vw-32px)] -translate-x-1/2 overflow-hidden rounded-base border border-line bg-raised shadow-overlay',
            className,
          )}
        >
          <Primitive.Title
            className={
              hideTitle ? 'sr-only' : 'border-b border-line px-4 py-3 text-lead font-strong wrap-anywhere'
            }
          >
            {title}
          </Primitive.Title>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
