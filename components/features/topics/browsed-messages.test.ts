import { dehydrate, hydrate, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { cacheKey } from '#server/contracts/api-address.ts'
import { endpoints } from '../../client/endpoints.ts'
import { BrowsedMessages } from './browsed-messages.tsx'
import { messagesAsk } from './topic-address.ts'

vi.mock('next/navigation', () => ({
  useRouter: () => ({}),
  usePathname: () => '/',
  useSearchParams: () => new URLSearchParams(),
}))

const scan = {
  messages: '0',
  bytes: '0',
  partitions: 1,
  stop: 'end',
  errors: [],
  heldBack: [],
  durationMs: 1,
  budget: { messages: 1, bytes: 1, durationMs: 1 },
}
const answer = { messages: [], scan, nextCursor: null, registryProblem: null }

it('is drawn the same by a browser that takes the page over late as by the server', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const madeAtMs = Date.now()
  const draw = (laterMs: number): string => {
    vi.setSystemTime(madeAtMs + laterMs)
    const [server, browser] = [
      new QueryClient(),
      new QueryClient({ defaultOptions: { queries: { staleTime: 2_000 } } }),
    ]
    server.setQueryData(cacheKey(endpoints.listMessages, messagesAsk('local', 'orders')), answer, {
      updatedAt: madeAtMs,
    })
    hydrate(browser, dehydrate(server))
    const list = createElement(BrowsedMessages, {
      connection: 'local',
      topic: 'orders',
      looked: null,
      onLook: () => {},
    })
    const page = createElement(QueryClientProvider, { client: browser, children: list })
    return renderToString(createElement(NuqsTestingAdapter, null, page))
  }
  expect(draw(0)).toContain('Refresh')
  // Later than its answers count as fresh for a list that is opened, and with a clock that is ahead.
  expect(draw(60_000)).toBe(draw(0))
  vi.useRealTimers()
})
