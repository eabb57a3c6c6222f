'use client'
import { Popover as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { overlayFrame, overlayHome, overlayPlace } from './overlay-frame.ts'

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
    <Primitive.Portal container={overlayHome()}>
      <Primitive.Content
        {...overlayPlace}
        aria-label={label}
        className={classNames(overlayFrame, 'w-[420px]')}
      >
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  </Primitive.Root>
)
