/** A key as it stands on the keyboard. */
export const Kbd = ({ children }: { readonly children: string }) => (
  <kbd className="rounded-small border border-line bg-hover px-1 font-mono text-small text-muted">
    {children}
  </kbd>
)
