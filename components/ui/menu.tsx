'use client'
import { DropdownMenu as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { overlayFrame, overlayHome, overlayPlace } from './overlay-frame.ts'

/** A menu of actions under a button. Arrow keys move, Enter chooses, Esc closes; the focus returns to the button. */
export const Menu = ({
  open,
  onOpenChange,
  trigger,
  label,
  returnTo,
  children,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** One button. */
  readonly trigger: ReactNode
  readonly label: string
  /** Where the focus goes when the menu closes, if not to its button. */
  readonly returnTo?: () => HTMLElement | null | undefined
  readonly children: ReactNode
}) => (
  <Primitive.Root open={open} onOpenChange={onOpenChange} modal={false}>
    <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
    <Primitive.Portal container={overlayHome()}>
      <Primitive.Content
        {...overlayPlace}
        aria-label={label}
        // React hands events of a portal to the parents of its button: a choice is not a click on the row as well.
        onKeyDown={(event) => event.stopPropagation()}
        onClick={(event) => event.stopPropagation()}
        onCloseAutoFocus={(event) => {
          const place = returnTo?.()
          if (!place) return
          event.preventDefault()
          place.focus()
        }}
        className={classNames(overlayFrame, 'min-w-56 p-1')}
      >
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  </Primitive.Root>
)

/** One action of a menu. With `why` it can not be chosen, and says so. */
export const MenuItem = ({
  onSelect,
  why = null,
  staysOpen = false,
  children,
}: {
  readonly onSelect: () => void
  readonly why?: string | null
  /** The menu stays, so that what came of the choice can be read in it. */
  readonly staysOpen?: boolean
  readonly children: ReactNode
}) => (
  <Primitive.Item
    disabled={why !== null}
    onSelect={(event) => {
      if (staysOpen) event.preventDefault()
      onSelect()
    }}
    className="flex min-h-7 cursor-pointer items-center gap-2 rounded-small px-2 py-0.5 outline-none data-[disabled]:cursor-not-allowed data-[disabled]:text-muted data-[highlighted]:bg-selected"
  >
    <span className="min-w-0 flex-1">
      {children}
      {why === null ? null : <span className="block text-small text-muted">{why}</span>}
    </span>
  </Primitive.Item>
)

/** A line between groups of a menu's items. */
export const MenuLine = () => <Primitive.Separator className="my-1 h-px bg-line" />

/** A line of a menu that is only read. */
export const MenuNote = ({ children }: { readonly children: ReactNode }) => (
  <Primitive.Label className="px-2 py-1 text-small text-muted">{children}</Primitive.Label>
)
