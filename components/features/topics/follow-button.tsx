'use client'
import { Radio } from 'lucide-react'
import { Button } from '../../ui/button.tsx'

/** Leads from searching what is there to following what comes, and back. */
export const FollowButton = ({
  isFollowing,
  onFollow,
}: {
  readonly isFollowing: boolean
  readonly onFollow: (follow: boolean) => void
}) => (
  <Button
    kind={isFollowing ? 'active' : 'plain'}
    aria-pressed={isFollowing}
    onClick={() => onFollow(!isFollowing)}
    title={isFollowing ? 'Stop following' : 'Show messages that fit as they arrive, from now on'}
  >
    <Radio aria-hidden size={13} /> Follow live
  </Button>
)
