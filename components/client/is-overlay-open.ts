/** Whether a dialog, a menu or a side panel lies over the page, or is about to: keys are its own then. */
export const isOverlayOpen = (): boolean =>
  document.querySelector('[role="dialog"], [role="menu"], [data-late]') !== null
