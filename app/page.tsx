import { redirect } from 'next/navigation'
import { composition } from '#server/composition.ts'

export const dynamic = 'force-dynamic'

/** Leads to the overview of the first connection; without any, says how to add one. */
export default function HomePage() {
  const [first] = composition().deps.connections
  if (first) redirect(`/${first.id}`)
  return (
    <main className="mx-auto max-w-[640px] p-10">
      <h1 className="text-title font-strong">No connection is configured</h1>
      <p className="mt-2">
        Set <code className="font-mono">KAFKA_BROKERS</code>, or write a{' '}
        <code className="font-mono">spillway.yaml</code> as in{' '}
        <code className="font-mono">spillway.example.yaml</code>, and start Spillway again.
      </p>
    </main>
  )
}
