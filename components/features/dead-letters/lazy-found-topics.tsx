'use client'
import dynamic from 'next/dynamic'

/** Topics found by their records, which come after the inbox: most clusters have none. */
export const FoundTopics = dynamic(() => import('./found-topics.tsx').then((module) => module.FoundTopics), {
  ssr: false,
})
