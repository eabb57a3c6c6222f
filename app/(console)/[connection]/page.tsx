import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { OverviewView } from '#components/features/overview/overview-view.tsx'

export const metadata: Metadata = { title: 'Overview' }

export default async function Page({ params }: { readonly params: Promise<{ connection: string }> }) {
  const { connection } = await readParams(params)
  return <OverviewView connection={connection} />
}
