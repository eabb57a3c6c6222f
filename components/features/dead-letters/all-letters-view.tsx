'use client'
import { routes } from '../../client/routes.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { LettersTable } from './letters-table.tsx'

/** Letters of all failure groups, to be narrowed and chosen for a replay. */
export const AllLettersView = ({ connection }: { readonly connection: string }) => (
  <PageShell
    title="All dead letters"
    actions={<LinkButton href={routes.deadLetters(connection)}>Failure groups</LinkButton>}
  >
    <LettersTable connection={connection} />
  </PageShell>
)
