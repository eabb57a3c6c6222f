'use client'
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import type { z } from 'zod'
import { type CallInput, endpointPages, endpointQuery, type PagedEndpoint } from './call-endpoint.ts'
import type { Known } from './endpoints.ts'
import { freshAnswer } from './fresh-answer.ts'
import { joinHead, type RowsIn } from './join-head.ts'
import { useLive } from './live-provider.tsx'
import { useIsHydrating } from './use-is-hydrating.ts'

/**
 * A list that grows at its head, read page by page. New rows are counted and wait: `bring` puts them in, and they come
 * by themselves only while Live is on. Rows that are shown already take their newer figures without moving.
 *
 * `follow: false` reads the head only when asked: for searches that cost too much to repeat. `keepOld` leaves the rows
 * of the last filter standing, marked as old, until those of the new one have come.
 */
export const useGrowingList = <const E extends PagedEndpoint, T>({
  endpoint,
  input,
  rowsIn,
  keyOf,
  follow = true,
  keepOld = true,
}: {
  readonly endpoint: Known<E>
  readonly input: CallInput<E>
  readonly rowsIn: RowsIn<z.output<E['output']>, T>
  readonly keyOf: (row: T) => string
  readonly follow?: boolean
  readonly keepOld?: boolean
}) => {
  type Page = z.output<E['output']>
  const client = useQueryClient()
  const { isOn } = useLive()
  const options = endpointPages(endpoint, input)
  const made = freshAnswer(client, endpoint, input, useIsHydrating())
  const list = useInfiniteQuery({
    ...options,
    ...(keepOld ? { placeholderData: keepPreviousData } : {}),
    ...(made
      ? { initialData: { pages: [made.data], pageParams: [undefined] }, initialDataUpdatedAt: made.at }
      : {}),
  })
  const isOwn = list.data !== undefined && !list.isPlaceholderData
  const pages = (list.data?.pages ?? []) as readonly Page[]
  const headOptions = endpointQuery(endpoint, input)
  const head = useQuery({
    ...headOptions,
    placeholderData: () => undefined,
    enabled: follow && isOwn,
    // The first page was read just now: the head is asked for when it may have changed.
    ...(isOwn && pages[0] !== undefined
      ? { initialData: pages[0], initialDataUpdatedAt: list.dataUpdatedAt }
      : {}),
  })
  const newest = isOwn && follow ? (head.data as Page | undefined) : undefined
  const { rows, waiting, brought, isGap } = joinHead({ pages, head: newest, rowsIn, keyOf })
  const bring = (): void => {
    client.setQueryData<InfiniteData<Page, unknown>>(
      options.queryKey,
      (old) => old && { pages: [...brought], pageParams: old.pageParams.slice(0, brought.length) },
    )
  }
  const refresh = async (): Promise<void> => {
    const { data, isSuccess } = await list.refetch()
    if (isSuccess && follow) client.setQueryData(headOptions.queryKey, data.pages[0] as never)
  }
  // Rows that wait when Live is switched on come at once, and so do the first rows of an empty list: nobody reads there.
  const comesAtOnce = isOn || rows.length === 0
  useEffect(() => {
    if (comesAtOnce && waiting > 0) bring()
  }, [comesAtOnce, waiting])
  const ownError = list.isFetchNextPageError ? null : list.error
  return {
    /** For a QueryPanel. A page further back that failed is told where it was asked for, not here. */
    panel: {
      data: list.data,
      error: ownError ?? (follow && isOwn ? head.error : null),
      dataUpdatedAt: Math.max(list.dataUpdatedAt, follow ? head.dataUpdatedAt : 0),
      errorUpdateCount: list.errorUpdateCount,
      isPlaceholderData: list.isPlaceholderData,
      isFetching: list.isFetching && !list.isFetchingNextPage,
      refetch: refresh,
    },
    list,
    pages,
    newest: newest ?? pages[0],
    rows,
    waiting,
    /** More may wait than the head could hold. */
    isWaitingAtLeast: isGap,
    bring,
    refresh,
  }
}
