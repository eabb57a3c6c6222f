import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** What a panel says instead of content: a heading, a sentence, and what to do next. */
export const PanelMessage = ({
  icon: Icon,
  title,
  text,
  hint,
  action,
  tone = 'text-muted',
  testId,
}: {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: ReactNode
  readonly hint?: ReactNode
  readonly action?: ReactNode
  readonly tone?: string
  readonly testId: string
}) => (
  <div
    data-state={testId}
    className="flex flex-col items-start gap-1 px-4 py-6"
    role={testId === 'unreachable' ? 'alert' : undefined}
  >
    <div className={`flex items-center gap-2 font-strong ${tone}`}>
      <Icon aria-hidden size={16} /> {title}
    </div>
    <p className="max-w-[70ch] text-text">{text}</p>
    {hint ? <p className="max-w-[70ch] text-muted">{hint}</p> : null}
    {action ? <div className="mt-2">{action}</div> : null}
  </div>
)
