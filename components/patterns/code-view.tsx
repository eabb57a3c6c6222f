'use client'
import { type ReactNode, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { type Token, tokensOf } from './json-tokens.ts'

const shownAtFirst = 60_000

const colours: Readonly<Record<Token['kind'], string>> = {
  name: 'text-text',
  string: 'text-consumer',
  number: 'text-accent',
  word: 'text-producer',
  other: 'text-muted',
}

/** Text of a payload in monospace; JSON in colours. Of very long text the first part is drawn, the rest when asked for. */
export const CodeView = ({
  text,
  isJson,
  label,
  wraps = true,
}: {
  readonly text: string
  readonly isJson: boolean
  readonly label: string
  /** False where columns must stay below each other: long lines then scroll. */
  readonly wraps?: boolean
}) => {
  const [whole, setWhole] = useState(false)
  const shown = whole ? text : text.slice(0, shownAtFirst)
  let offset = 0
  const content: ReactNode = isJson
    ? shown.split('\n').map((line) => {
        const key = offset
        offset += line.length + 1
        return (
          <span key={key} className="block">
            {tokensOf(line).map(({ text: piece, kind }, index) => (
              <span key={index} className={colours[kind]}>
                {piece}
              </span>
            ))}
          </span>
        )
      })
    : shown
  return (
    <div>
      <pre
        role="group"
        aria-label={label}
        tabIndex={0}
        className={`max-h-[60vh] overflow-auto p-3 font-mono text-small ${wraps ? 'break-all whitespace-pre-wrap' : 'whitespace-pre'}`}
      >
        {content}
      </pre>
      {shown.length < text.length ? (
        <div className="px-3 pb-3">
          <Button onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString('en-GB')} characters
          </Button>
        </div>
      ) : null}
    </div>
  )
}
