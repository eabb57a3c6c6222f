'use client'
import dynamic from 'next/dynamic'
import { Button } from '../../ui/button.tsx'

/** The menu of exports, which comes after the page: it opens only when it is asked for. */
export const ExportMenu = dynamic(
  () => import('../../patterns/export-menu.tsx').then((module) => module.ExportMenu),
  {
    ssr: false,
    loading: () => (
      <Button kind="bare" size="small" disabled>
        Export…
      </Button>
    ),
  },
)
