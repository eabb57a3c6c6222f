'use client'
import type { ComponentProps } from 'react'
import { SearchWays } from '../../patterns/message-search/search-ways.tsx'
import { TimeChoice } from '../../patterns/message-search/time-choice.tsx'
import { FollowButton } from './follow-button.tsx'
import { SavedSearches } from './saved-searches.tsx'

type Ways = ComponentProps<typeof SearchWays>

/** What stands beside the search of a topic: order, isolation, times, saved searches, and following live. */
export const SearchTools = ({
  connection,
  topic,
  search,
  order,
  isolation,
  onWays,
  onSearch,
  onFollow,
}: {
  readonly connection: string
  readonly topic: string
  readonly search: string
  readonly order: Ways['order']
  readonly isolation: Ways['isolation']
  readonly onWays: Ways['onChange']
  readonly onSearch: (search: string) => void
  /** Null while it is followed. */
  readonly onFollow: (() => void) | null
}) => (
  <>
    <SearchWays order={order} isolation={isolation} onChange={onWays} />
    <TimeChoice search={search} onSearch={onSearch} />
    <SavedSearches connection={connection} current={{ topics: topic, search, order, isolation }} />
    {onFollow === null ? null : <FollowButton onFollow={onFollow} />}
  </>
)
