'use client'
import dynamic from 'next/dynamic'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { Section } from '../../patterns/section.tsx'

/** What an edited letter changes. Few plans have one: its code comes when it is needed. */
export const PlanEditSection = dynamic(
  () => import('./plan-edit.tsx').then((module) => module.PlanEditSection),
  {
    ssr: false,
    loading: () => (
      <Section title="Edited letter">
        <LinesSkeleton lines={6} />
      </Section>
    ),
  },
)

/** Why a plan can not be started, as a sentence; null: it can. */
export const whyNotStart = ({ writeRefusedBecause, edit }: ReplayPlan): string | null => {
  if (writeRefusedBecause !== null) return `Can not be sent: ${writeRefusedBecause}`
  if (edit?.approval?.state === 'waiting') return 'It waits for approval by another person.'
  return edit?.approval?.state === 'declined' ? 'It was declined, and is not sent.' : null
}
