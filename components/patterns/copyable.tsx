'use client'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'

/** Text in monospace that a click copies. `what` names it for screen readers: “trace id”. */
export const Copyable = ({
  text,
  what,
  shown = text,
}: {
  readonly text: string
  readonly what: string
  readonly shown?: string
}) => {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  return (
    <button
      type="button"
      onClick={copy}
      title={`${text} (copy ${what})`}
      className="group inline-flex max-w-full items-center gap-1 rounded-small font-mono text-small hover:bg-hover"
    >
      <span className="truncate">{shown}</span>
      {copied ? (
        <Check aria-hidden size={12} className="shrink-0 text-ok" />
      ) : (
        <Copy
          aria-hidden
          size={12}
          className="shrink-0 text-faint opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
        />
      )}
      <span className="sr-only">{copied ? `${what} copied` : `Copy ${what}`}</span>
    </button>
  )
}
