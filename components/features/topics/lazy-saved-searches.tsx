'use client'
import { Bookmark } from 'lucide-react'
import dynamic from 'next/dynamic'
import { Button } from '../../ui/button.tsx'

/** The searches kept by name, which come after the page: they open only when they are asked for. */
export const LazySavedSearches = dynamic(
  () => import('./saved-searches.tsx').then((module) => module.SavedSearches),
  {
    ssr: false,
    loading: () => (
      <Button disabled>
        <Bookmark aria-hidden size={13} /> Saved
      </Button>
    ),
  },
)
