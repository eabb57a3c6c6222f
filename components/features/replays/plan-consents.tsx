'use client'
import { useState } from 'react'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { formatCount } from '../../patterns/quantity.ts'

type Finding = ReplayPlan['findings'][number]

/** What the operator has agreed to of a plan, and whether that is all that is asked. */
export const useConsents = (plan: ReplayPlan) => {
  const [given, setGiven] = useState<readonly string[]>([])
  const asked = plan.findings.filter(({ consent }) => consent !== undefined)
  return {
    asked,
    given,
    isComplete: asked.every(({ code }) => given.includes(code)),
    toggle: (code: string, isGiven: boolean) =>
      setGiven((codes) => (isGiven ? [...codes, code] : codes.filter((one) => one !== code))),
  }
}

/** A check box for each of what copies may overwrite or delete: nothing is sent before all are checked. */
export const Consents = ({ form }: { readonly form: ReturnType<typeof useConsents> }) =>
  form.asked.map((finding: Finding) => (
    <label key={finding.code} className="flex items-start gap-2 text-warning">
      <input
        type="checkbox"
        className="mt-1 size-3.5 shrink-0 accent-accent"
        checked={form.given.includes(finding.code)}
        onChange={(event) => form.toggle(finding.code, event.target.checked)}
      />
      <span>
        {finding.consent} ({formatCount(finding.count)})
      </span>
    </label>
  ))
