'use client'
import type { ComponentProps } from 'react'
import { routes } from '../../client/routes.ts'
import { SearchWays } from '../../patterns/message-search/search-ways.tsx'
import { TimeChoice } from '../../patterns/message-search/time-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { FollowButton } from './follow-button.tsx'
import { LazySavedSearches } from './lazy-saved-searches.tsx'
import { readTopicSet } from './topic-set.ts'

type Ways = ComponentProps<typeof SearchWays>

/**
 * What stands beside the search over one topic or several: order, isolation, an expression, saved searches, following
 * live, and times. The times come last: what their fields push down is nothing of it.
 */
export const SearchTools = ({
  connection,
  topics,
  search,
  order,
  isolation,
  hasExpression,
  isFollowing,
  onWays,
  onExpression,
  onFollow,
  onSearch,
}: {
  readonly connection: string
  /** As addresses hold them. */
  readonly topics: string
  readonly search: string
  readonly order: Ways['order']
  readonly isolation: Ways['isolation']
  readonly hasExpression: boolean
  readonly isFollowing: boolean
  readonly onWays: Ways['onChange']
  readonly onExpression: (open: boolean) => void
  readonly onFollow: (follow: boolean) => void
  readonly onSearch: (search: string) => void
}) => (
  <>
    <SearchWays order={order} isolation={isolation} onChange={onWays} />
    <Button
      kind={hasExpression ? 'active' : 'plain'}
      aria-expanded={hasExpression}
      onClick={() => onExpression(!hasExpression)}
    >
      Expression
    </Button>
    <LazySavedSearches connection={connection} current={{ topics, search, order, isolation }} />
    <FollowButton isFollowing={isFollowing} onFollow={onFollow} />
    {readTopicSet(topics)?.length === 1 ? (
      <LinkButton href={routes.messages(connection, search === '' ? {} : { search })}>
        In all topics
      </LinkButton>
    ) : null}
    <TimeChoice search={search} onSearch={onSearch} />
  </>
)
