import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { AllLettersView } from '#components/features/dead-letters/all-letters-view.tsx'
import {
  lettersAsk,
  lettersFilterOf,
  loadLetters,
} from '#components/features/dead-letters/letters-address.ts'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'All dead letters' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const filter = lettersFilterOf(await loadLetters(searchParams))
  const answers = await prefetch(want(operations.listDeadLetters, lettersAsk(connection, filter)))
  return (
    <HydrationBoundary state={answers}>
      <AllLettersView connection={connection} />
    </HydrationBoundary>
  )
}
