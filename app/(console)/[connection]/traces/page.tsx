import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TracesView } from '#components/features/traces/traces-view.tsx'

export const metadata: Metadata = { title: 'Traces' }

export default async function Page({ params }: { readonly params: Promise<{ connection: string }> }) {
  const { connection } = await readParams(params)
  return <TracesView connection={connection} />
}
