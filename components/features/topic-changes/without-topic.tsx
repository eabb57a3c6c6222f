import { SearchX } from 'lucide-react'
import { routes } from '../../client/routes.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

/** The page of a form for one topic where the address names none. */
export const WithoutTopic = ({
  connection,
  title,
}: {
  readonly connection: string
  readonly title: string
}) => (
  <PageShell title={title}>
    <div className="rounded-base border border-line bg-panel">
      <PanelMessage
        testId="missing"
        icon={SearchX}
        title="The address names no topic"
        text="Choose the topic first: its page leads here."
        action={<LinkButton href={routes.topics(connection)}>All topics</LinkButton>}
      />
    </div>
  </PageShell>
)
