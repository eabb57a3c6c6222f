import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TraceView } from '#components/features/traces/trace-view.tsx'

export const metadata: Metadata = { title: 'Trace' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; traceId: string }>
}) {
  const { connection, traceId } = await readParams(params)
  return <TraceView connection={connection} traceId={traceId} />
}
