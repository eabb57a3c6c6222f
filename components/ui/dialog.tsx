'use client'
import { Dialog as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

/** A dialog over the page. Esc closes it and the focus returns to where it was. */
export const Dialog = ({
  open,
  onOpenChange,
  title,
  hideTitle = false,
  className = 'w-[560px]',
  children,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly hideTitle?: boolean
  readonly className?: string
  readonly children: ReactNode
}) => (
  <Primitive.Root open={open} onOpenChange={onOpenChange}>
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-40 bg-page/70" />
      <Primitive.Content
        aria-describedby={undefined}
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
