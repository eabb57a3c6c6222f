'use client'
import dynamic from 'next/dynamic'

/** The retry chain of a topic, which comes after the page: most topics have none. */
export const RetryChain = dynamic(() => import('./retry-chain.tsx').then((module) => module.RetryChain), {
  ssr: false,
})
