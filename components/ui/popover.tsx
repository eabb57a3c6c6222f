'use client'
import { Popover as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'

/** A small panel beside the button that opens it. Esc and a click elsewhere close it; the focus returns to the button. */
export const Popover = ({
  open,
  onOpenChange,
  trigger,
  label,
  children,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** One button. */
  readonly trigger: ReactNode
  readonly label: string
  readonly children: ReactNode
}) => (
  <Primitive.Root open={open} onOpenChange={onOpenChange}>
    <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
    <Primitive.Portal>
      <Primitive.Content
        aria-label={label}
        align="end"
        sideOffset={4}
        collisionPadding={8}
        className="z-40 w-[420px] max-w-[calc(100vw-32px)] overflow-hidden rounded-base border border-line bg-raised shadow-overlay"
      >
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  </Primitive.Root>
)
