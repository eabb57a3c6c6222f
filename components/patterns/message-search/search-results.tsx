'use client'
import type { ComponentProps, ReactNode } from 'react'
import { Button } from '../../ui/button.tsx'
import { FoundMessages } from './found-messages.tsx'
import { BudgetChoice, SearchReport } from './search-report.tsx'

const megabyte = 1_000_000

/** A search's report, its budget, and what it has found. The budget is told in megabytes, as addresses hold it. */
export const SearchResults = ({
  budgetMegabytes,
  onBudget,
  actions,
  ...found
}: ComponentProps<typeof FoundMessages> & {
  /** Null: the installation's default. */
  readonly budgetMegabytes: number | null
  readonly onBudget: (megabytes: number | null) => void
  /** What else can be done with what was found. */
  readonly actions?: ReactNode
}) => {
  const { state, again } = found.search
  return (
    <div className="overflow-hidden rounded-base border border-line bg-panel">
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1">
        <SearchReport state={state} what={found.what} />
        <span className="ml-auto flex items-center gap-2">
          <BudgetChoice
            state={state}
            budgetBytes={budgetMegabytes === null ? null : budgetMegabytes * megabyte}
            onBudget={(bytes) => onBudget(bytes === null ? null : Math.round(bytes / megabyte))}
          />
          {actions}
          <Button kind="bare" size="small" disabled={state.status === 'running'} onClick={() => again()}>
            Search again
          </Button>
        </span>
      </div>
      <FoundMessages {...found} />
    </div>
  )
}
