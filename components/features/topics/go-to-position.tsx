'use client'
import { type FormEvent, useState } from 'react'
import { placeInTopic } from '#server/contracts/choices.ts'
import { Input } from '../../ui/input.tsx'

/** Opens the messages of a topic around a position or a time. */
export const GoToPosition = ({ onGo }: { readonly onGo: (at: string) => void }) => {
  const [text, setText] = useState('')
  const [isWrong, setWrong] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const place = text.trim()
    const isPlace = placeInTopic.test(place)
    setWrong(!isPlace)
    if (isPlace) {
      setText('')
      onGo(place)
    }
  }
  return (
    <form onSubmit={submit} className="flex items-center gap-2">
      {isWrong ? (
        <span role="alert" className="text-small text-critical">
          write 3@88213, or a time such as 2026-11-21T03:00:00Z
        </span>
      ) : null}
      <Input
        aria-label="Go to a position or a time"
        aria-invalid={isWrong}
        placeholder="Go to 3@88213 or a time"
        className="w-60 font-mono text-small aria-invalid:border-critical"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setWrong(false)
        }}
      />
    </form>
  )
}
