'use client'
import { Radio } from 'lucide-react'
import { Button } from '../../ui/button.tsx'

/** Leads from searching what is there to following what comes. */
export const FollowButton = ({ onFollow }: { readonly onFollow: () => void }) => (
  <Button onClick={onFollow} title="Show messages that fit as they arrive, from now on">
    <Radio aria-hidden size={13} /> Follow live
  </Button>
)
