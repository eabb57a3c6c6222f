import type { ReactNode } from 'react'
import { Shell } from '#components/features/shell/shell.tsx'

export default async function ConnectionLayout({
  children,
  params,
}: {
  readonly children: ReactNode
  readonly params: Promise<{ connection: string }>
}) {
  const { connection } = await params
  return <Shell connection={decodeURIComponent(connection)}>{children}</Shell>
}
