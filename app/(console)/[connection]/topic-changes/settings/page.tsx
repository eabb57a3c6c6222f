import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { ChangeSettingsView } from '#components/features/topic-changes/change-settings-view.tsx'
import { loadTopicOfForm } from '#components/features/topic-changes/topic-change-address.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Change the configuration' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const { topic, setting } = await loadTopicOfForm(searchParams)
  return <ChangeSettingsView connection={connection} topic={topic} setting={setting} />
}
