/** How far the preparing of a large text has come. */
export const Preparing = ({ share }: { readonly share: number }) => (
  <p role="status" className="px-3 py-3 text-muted">
    Preparing {Math.round(share * 100)} %
  </p>
)
