'use client'
import dynamic from 'next/dynamic'

/** The errors of copies that returned, which come after the page: most replays have none. */
export const ReplayReturns = dynamic(
  () => import('./replay-returns.tsx').then((module) => module.ReplayReturns),
  { ssr: false },
)
