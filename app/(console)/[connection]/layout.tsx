import { HydrationBoundary } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { readParams } from '#components/client/read-params.ts'
import { UnknownConnection } from '#components/features/connections/unknown-connection.tsx'
import { Shell } from '#components/features/shell/shell.tsx'
import { composition } from '#server/composition.ts'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly children: ReactNode; readonly params: Promise<{ connection: string }> }

export default async function ConnectionLayout({ children, params }: Props) {
  const { connection } = await readParams(params)
  const { connections } = composition().deps
  if (!connections.some(({ id }) => id === connection))
    return (
      <UnknownConnection name={connection} connections={connections.map(({ id, name }) => ({ id, name }))} />
    )
  const answers = await prefetch(want(operations.listConnections))
  return (
    <HydrationBoundary state={answers}>
      <Shell connection={connection}>{children}</Shell>
    </HydrationBoundary>
  )
}
