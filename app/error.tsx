'use client'
export default function ErrorPage({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <main className="mx-auto max-w-[640px] p-10">
      <h1 className="text-title font-strong">This page has failed</h1>
      <p className="mt-2 font-mono text-small">{error.message}</p>
      <button type="button" onClick={reset} className="link mt-3">
        Load it again
      </button>
    </main>
  )
}
