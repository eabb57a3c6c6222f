/** Whether a dialog or a menu lies over the page: keys are its own then. */
export const isOverlayOpen = (): boolean => document.querySelector('[role="dialog"], [role="menu"]') !== null
