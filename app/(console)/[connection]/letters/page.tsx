import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { AllLettersView } from '#components/features/dead-letters/all-letters-view.tsx'

type Props = { readonly params: Promise<{ connection: string }> }

export const metadata: Metadata = { title: 'All dead letters' }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  return <AllLettersView connection={connection} />
}
