'use client'
import dynamic from 'next/dynamic'
import { Button } from '../../ui/button.tsx'

/** The menu of reports, which comes after the page: it opens only when it is asked for. */
export const ReportMenu = dynamic(() => import('./report-menu.tsx').then((module) => module.ReportMenu), {
  ssr: false,
  loading: () => <Button disabled>Report…</Button>,
})
