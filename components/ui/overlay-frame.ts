/** Where a menu or a small panel stands: under the end of its button, within the window. */
export const overlayPlace = { align: 'end', sideOffset: 4, collisionPadding: 8 } as const

/** The frame of what lies over the page. */
export const overlayFrame =
  'z-50 max-w-[min(420px,calc(100vw-16px))] overflow-hidden rounded-base border border-line bg-raised shadow-overlay'

/** Within the page’s main part: what stands outside of every landmark is passed over by screen readers. */
export const overlayHome = (): HTMLElement | null =>
  typeof document === 'undefined' ? null : document.getElementById('main')
